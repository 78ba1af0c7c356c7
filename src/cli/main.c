/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/help.h"
#include "version.h"

static const struct cli_command commands[] = {
	{ "index", "[-p DIR] [FILE...] [-- CFLAGS]", "read the code into the database", index_help, cmd_index },
	{ "check", "DOC...", "hold every sentence of a document against the code", check_help, cmd_check },
	{ "ask", "'QUESTION'", "which places take this lock inside that one?", ask_help, cmd_ask },
	{ "deadlocks", "[N]", "every cycle, through locks and through waits", deadlocks_help, cmd_deadlocks },
	{ "diff", "BEFORE AFTER [DOC...]", "what a change does to orders, deadlocks, and sentences about them", diff_help, cmd_diff, "text, json, mail, markdown" },
	{ "doc", "[DOC]", "draft the document that the code deserves, or mend one", doc_help, cmd_doc, "md, rst, text" },
	{ "explain", "REPORT|-", "a lockdep report, held against the code and a document", explain_help, cmd_explain, "text" },
	{ "review", "MAIL|COMMIT|-", "a patch, answered under each changed sentence", review_help, cmd_review },
	{ "scan", "PATH... [-- CFLAGS]", "sources in, deadlocks out; no document, no database", scan_help, cmd_scan, "text, json, md, rst" },
	{ "cc", "BASE", "internal: compile one unit", NULL, cmd_cc },
	{ "extract", "IN.bc OUT.facts", "internal: bitcode to facts", NULL, cmd_extract },
	{ "link", "-o DB FACTS...", "internal: facts to database", NULL, cmd_link },
};

static const struct cli_command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void print_overview(FILE *to)
{
	fputs("locklore: is what is written about locks true of the code?\n\nusage:\n", to);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i].help)
			fprintf(to, "  locklore %s %s\n      %s\n", commands[i].name, commands[i].synopsis,
				commands[i].summary);
	fputs("  locklore help COMMAND\n      what it does, its options, examples\n", to);
	fputs(common_help, to);
}

static int unknown_command(const char *name)
{
	const char *names[ARRAY_LEN(commands) + 2];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i].help)
			names[n++] = commands[i].name;
	names[n++] = "help";
	names[n] = NULL;
	near = cli_nearest(name, names);
	if (near)
		return cli_usage("", "unknown command %s; did you mean %s?", name, near);
	return cli_usage("", "unknown command %s", name);
}

static int print_help(const char *name)
{
	const struct cli_command *cmd = name ? find(name) : NULL;

	if (!name || strcmp(name, "help") == 0) {
		print_overview(stdout);
		return CLI_OK;
	}
	if (!cmd || !cmd->help)
		return unknown_command(name);
	printf("locklore %s %s\n    %s\n\n%s%s", cmd->name, cmd->synopsis, cmd->summary, cmd->help,
	       common_help);
	return CLI_OK;
}

/* Is this one of the words that the command knows? */
static bool has_form(const struct cli_command *cmd, const char *form)
{
	const char *forms = cmd->forms ? cmd->forms : "text, json";
	size_t n = strlen(form);

	for (const char *p = forms; n && (p = strstr(p, form)); p++)
		if ((p == forms || p[-1] == ' ') && (!p[n] || p[n] == ','))
			return true;
	return false;
}

static int run(struct cli_common *c, int argc, char **argv)
{
	const struct cli_command *cmd;

	if (c->version) {
		puts("locklore " LOCKLORE_VERSION);
		return CLI_OK;
	}
	if (argc < 2) {
		print_overview(stdout);
		return CLI_OK;
	}
	if (strcmp(argv[1], "help") == 0)
		return print_help(argc > 2 ? argv[2] : NULL);
	if (argv[1][0] == '-')
		return cli_unknown_option("", argv[1], NULL);
	cmd = find(argv[1]);
	if (!cmd)
		return unknown_command(argv[1]);
	if (c->help)
		return print_help(argv[1]);
	if (c->form && !has_form(cmd, c->form))
		return cli_usage(argv[1], "--format %s: not one of %s", c->form, cmd->forms ? cmd->forms : "text, json");
	return cmd->run(c, argc - 1, argv + 1);
}

/*
 * A standard stream that the caller closed is held open by something that takes no writing: else
 * the next file, the database even, would get its number and our messages.
 */
static void hold_streams(void)
{
	int fd = open("/dev/null", O_RDONLY);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDONLY);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct cli_common c;

	hold_streams();
	/* A reader that goes away (| head) shows up as a failed write, not as a death. */
	signal(SIGPIPE, SIG_IGN);
	if (!cli_options(&c, &argc, argv))
		return CLI_USAGE;
	return cli_finish(run(&c, argc, argv));
}
