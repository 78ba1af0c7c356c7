/* SPDX-License-Identifier: MIT */
/*
 * Runs the litmus shapes (is the machine right?), each model as it is (is the protocol right?) and
 * each mutant (would we have noticed?).
 *	model [-v] [-p | -m] [-w N] [NAME...]
 *	-v  also prints what passed, and the shortest trace that kills each mutant
 *	-p  only litmus shapes and protocols; -m only mutants
 *	-w  N more instructions in flight than the models ask for
 *	NAME  only models whose name begins so, and only mutants of that name
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checker.h"
#include "litmus.h"
#include "models.h"

enum { MAX_STATES = 12000000 };

static const char *const memory_names[MEMORIES] = { "SC", "TSO", "WEAK" };

static struct {
	bool is_verbose, no_protocols, no_mutants;
	int more_window;
	char **names;
	int name_count;
	int passed, failed;
	size_t states;
} run;

static bool is_wanted(const char *name)
{
	for (int i = 0; i < run.name_count; i++)
		if (!strncmp(name, run.names[i], strlen(run.names[i])))
			return true;
	return run.name_count == 0;
}

static void build(struct machine *m, const struct model *model, enum memory memory,
		  enum mutant mutant)
{
	memset(m, 0, sizeof(*m));
	m->memory = memory;
	m->window = model->window + run.more_window;
	if (m->window > MAX_WINDOW)
		m->window = MAX_WINDOW;
	model->build(m, mutant, model->variant);
}

static struct report check(const struct machine *m, const struct model *model, bool print_trace)
{
	struct question q = { m, model->must_end - 1, MAX_STATES, print_trace };

	return checker_run(&q);
}

static const char *outcome_words(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_SAFE: return "safe";
	case OUTCOME_VIOLATION: return "unsafe";
	case OUTCOME_STUCK: return "hangs";
	case OUTCOME_STARVED: return "starves";
	case OUTCOME_TOO_LARGE: return "too many states";
	}
	return "?";
}

static void check_model(const struct model *model)
{
	static struct machine m;

	for (enum memory memory = SC; memory < MEMORIES; memory++) {
		struct report r;
		bool is_safe;

		build(&m, model, memory, NO_MUTANT);
		r = check(&m, model, true);
		is_safe = r.outcome == OUTCOME_SAFE;
		printf("  %s %-16s %-4s %9zu states %10zu steps %6.1f s  %s\n",
		       is_safe ? "ok  " : "FAIL", model->name, memory_names[memory], r.states,
		       r.steps, r.seconds, outcome_words(r.outcome));
		fflush(stdout);
		run.states += r.states;
		*(is_safe ? &run.passed : &run.failed) += 1;
	}
}

/* Does the mutant change this model, and is it caught?  Looks under the strongest memory first. */
static bool is_killed_by(enum mutant mutant, const struct model *model, struct report *r,
			 enum memory *memory)
{
	static struct machine m, original;

	for (*memory = SC; *memory < MEMORIES; ++*memory) {
		build(&original, model, *memory, NO_MUTANT);
		build(&m, model, *memory, mutant);
		if (!memcmp(&m, &original, sizeof(m)))
			return false;
		*r = check(&m, model, false);
		run.states += r->states;
		if (r->outcome != OUTCOME_SAFE && r->outcome != OUTCOME_TOO_LARGE)
			return true;
	}
	return false;
}

static void print_shortest(enum mutant mutant, const struct model *model, enum memory memory)
{
	static struct machine m;

	build(&m, model, memory, mutant);
	printf("    the shortest trace: %s under %s\n", model->name, memory_names[memory]);
	check(&m, model, true);
}

/* One line: the mutant, and all that kills it, as MODEL/MEMORY (what happens, after which step). */
static void check_mutant(enum mutant mutant)
{
	const struct model *shortest = NULL;
	enum memory memory, shortest_memory = SC;
	int kills = 0, shortest_length = 0;
	struct report r;

	printf("  %-20s", mutants[mutant].name);
	for (const struct model *model = models; model->name; model++) {
		if (!model->is_hunted || !is_killed_by(mutant, model, &r, &memory))
			continue;
		if (kills++ == 0 || r.trace_length < shortest_length) {
			shortest = model;
			shortest_memory = memory;
			shortest_length = r.trace_length;
		}
		printf("%s%s/%s (%s, %d)", kills > 1 ? ", " : " ", model->name,
		       memory_names[memory], outcome_words(r.outcome), r.trace_length);
		fflush(stdout);
	}
	printf("%s\n", kills ? "" : " FAIL: survives everything");
	*(kills ? &run.passed : &run.failed) += 1;
	if (!run.is_verbose)
		return;
	printf("    %s\n", mutants[mutant].what);
	if (shortest)
		print_shortest(mutant, shortest, shortest_memory);
}

static void read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "pmvw:")) != -1) {
		if (c == 'v') {
			run.is_verbose = true;
		} else if (c == 'p') {
			run.no_mutants = true;
		} else if (c == 'm') {
			run.no_protocols = true;
		} else if (c == 'w') {
			run.more_window = atoi(optarg);
		} else {
			fprintf(stderr, "usage: model [-v] [-p | -m] [-w N] [NAME...]\n");
			exit(2);
		}
	}
	run.names = argv + optind;
	run.name_count = argc - optind;
}

static void check_protocols(void)
{
	if (is_wanted("litmus")) {
		printf("the machine: litmus shapes under SC, TSO and WEAK\n");
		run.failed += litmus_run(run.is_verbose, &run.passed);
	}
	printf("the protocols: no check fails, and all threads can always end\n");
	for (const struct model *model = models; model->name; model++)
		if (is_wanted(model->name))
			check_model(model);
}

static void check_mutants(void)
{
	printf("the mutants, and all that kills each: MODEL/MEMORY (how, after so many steps)\n");
	for (enum mutant mutant = NO_MUTANT + 1; mutant < MUTANTS; mutant++)
		if (is_wanted(mutants[mutant].name))
			check_mutant(mutant);
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	if (!run.no_protocols)
		check_protocols();
	if (!run.no_mutants)
		check_mutants();
	printf("%zu states in all\n%d passed, %d failed\n", run.states, run.passed, run.failed);
	return run.failed != 0;
}
