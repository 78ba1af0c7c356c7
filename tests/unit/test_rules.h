/* SPDX-License-Identifier: MIT */
/*
 * test_rules.h - statements as compact lines, and the round trip that every statement any test
 * produces has to survive: rules_say() read back as a rule gives the same statement.
 */
#ifndef LOCKLORE_TEST_RULES_H
#define LOCKLORE_TEST_RULES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/rules.h"

static inline const char *show_name(const char *s)
{
	return s ? s : "-";
}

/* "order kvm->lock vcpu->mutex @12 hedged" */
static inline void show(struct buf *b, const struct rules_statement *s)
{
	buf_add(b, rules_kind_name(s->kind));
	if (s->locks[0] || s->locks[1])
		buf_addf(b, " %s", show_name(s->locks[0]));
	if (s->locks[1])
		buf_addf(b, " %s", s->locks[1]);
	buf_addf(b, " @%u", s->line);
	if (s->wait)
		buf_addf(b, " wait=%s", s->wait);
	if (s->function)
		buf_addf(b, " in=%s", s->function);
	if (s->context)
		buf_addf(b, " '%s'", s->context);
	if (s->section)
		buf_addf(b, " [%s]", s->section);
	buf_add(b, s->is_together ? " together" : "");
	buf_add(b, s->is_without ? " without" : "");
	buf_add(b, s->is_hedged ? " hedged" : "");
	buf_add(b, s->is_question ? " asked" : "");
	if (s->is_conclusion)
		buf_addf(b, " so:%d", s->premise);
	if (s->side && s->side != ' ')
		buf_addf(b, " %c", s->side);
	buf_addc(b, '\n');
}

static inline bool same_string(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool same_statement(const struct rules_statement *a, const struct rules_statement *b)
{
	return a->kind == b->kind && same_string(a->locks[0], b->locks[0]) &&
	       same_string(a->locks[1], b->locks[1]) && same_string(a->wait, b->wait) &&
	       same_string(a->function, b->function) && same_string(a->context, b->context) &&
	       a->is_together == b->is_together && a->is_without == b->is_without;
}

static inline void check_round_trip(const struct rules_statement *s)
{
	struct rules_options opt = { .format = RULES_PLAIN_RULE };
	struct rules_document *doc;
	struct diag d;
	char *said = rules_say(s);

	assert_string_equal(said, s->text);
	if (s->kind == RULES_NOT_UNDERSTOOD) {
		free(said);
		return;
	}
	doc = rules_read("rule", said, strlen(said), &opt, &d);
	assert_non_null(doc);
	if (doc->statements.n != 1 || !same_statement(s, &doc->statements.at[0])) {
		struct buf b = { 0 };

		show(&b, s);
		for (size_t i = 0; i < doc->statements.n; i++)
			show(&b, &doc->statements.at[i]);
		print_error("said '%s'; said and read back:\n%s", said, buf_str(&b));
		buf_free(&b);
		fail();
	}
	rules_free(doc);
	free(said);
}

/* All statements of a text, one line each.  Caller frees with free(). */
static inline char *read_as(const char *name, const char *text, size_t bytes,
			    const struct rules_options *opt)
{
	struct diag d;
	struct rules_document *doc = rules_read(name, text, bytes, opt, &d);
	struct buf b = { 0 };
	char *s;

	if (!doc) {
		print_error("%s\n", d.text);
		fail();
		return NULL;
	}
	for (size_t i = 0; i < doc->statements.n; i++) {
		show(&b, &doc->statements.at[i]);
		check_round_trip(&doc->statements.at[i]);
		assert_true(doc->statements.at[i].line <= doc->statements.at[i].last_line);
	}
	s = xstrdup(buf_str(&b));
	buf_free(&b);
	rules_free(doc);
	return s;
}

static inline void expect(const char *name, const char *text, const struct rules_options *opt,
			  const char *want)
{
	char *got = read_as(name, text, strlen(text), opt);

	if (strcmp(got, want) != 0) {
		print_error("---- %s:\n%s\n---- wanted:\n%s---- got:\n%s", name, text, want, got);
		fail();
	}
	free(got);
}

#endif
