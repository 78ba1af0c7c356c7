/* SPDX-License-Identifier: MIT */
/*
 * cmd_extract.c - `locklore extract IN.bc OUT.facts`: hands over to locklore-extract, the only
 * program that is linked with LLVM (loading it takes longer than most answers).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/index.h"

int cmd_extract(struct cli_common *c, int argc, char **argv)
{
	char *program = extract_program();
	char **args = xcalloc((size_t)argc + 3, sizeof(*args));
	int n = 0;

	if (!program) {
		cli_error("the program locklore-extract is not beside this one; "
			  "was locklore built with LLVM?");
		free(args);
		return CLI_USAGE;
	}
	args[n++] = program;
	if (c->config) {
		args[n++] = "--config";
		args[n++] = (char *)c->config;
	}
	for (int i = 1; i < argc; i++)
		args[n++] = argv[i];
	execv(program, args);
	cli_error("%s: cannot run: %s", program, strerror(errno));
	free(args);
	free(program);
	return CLI_USAGE;
}
