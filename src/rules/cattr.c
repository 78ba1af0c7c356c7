/* SPDX-License-Identifier: MIT */
/* Lock rules that are code: Clang's thread safety attributes in their usual spellings, witness
 * lists. */
#include "rules/internal.h"

#include <ctype.h>
#include <string.h>

enum attribute { ATTR_BEFORE, ATTR_AFTER, ATTR_REQUIRES, ATTR_EXCLUDES, ATTR_GUARDED };

static const struct {
	const char *name;
	enum attribute what;
} attributes[] = {
	{ "acquired_before", ATTR_BEFORE },
	{ "ACQUIRED_BEFORE", ATTR_BEFORE },
	{ "__acquired_before", ATTR_BEFORE },
	{ "acquired_after", ATTR_AFTER },
	{ "ACQUIRED_AFTER", ATTR_AFTER },
	{ "__acquired_after", ATTR_AFTER },
	{ "REQUIRES", ATTR_REQUIRES },
	{ "requires_capability", ATTR_REQUIRES },
	{ "EXCLUSIVE_LOCKS_REQUIRED", ATTR_REQUIRES },
	{ "exclusive_locks_required", ATTR_REQUIRES },
	{ "__must_hold", ATTR_REQUIRES },
	{ "EXCLUDES", ATTR_EXCLUDES },
	{ "locks_excluded", ATTR_EXCLUDES },
	{ "LOCKS_EXCLUDED", ATTR_EXCLUDES },
	{ "GUARDED_BY", ATTR_GUARDED },
	{ "guarded_by", ATTR_GUARDED },
	{ "PT_GUARDED_BY", ATTR_GUARDED },
	{ "pt_guarded_by", ATTR_GUARDED },
	{ "__guarded_by", ATTR_GUARDED },
};

/* The last name before `at` that is not part of an attribute: what is declared. */
static const char *subject_before(struct reader *r, const char *code, size_t at,
				  const struct rules_scope *scope)
{
	const char *best = NULL;
	size_t best_n = 0;

	for (size_t i = 0; i < at;) {
		size_t n = 0;

		while (i + n < at && (isalnum((unsigned char)code[i + n]) || code[i + n] == '_'))
			n++;
		if (n && !rules_inn(code + i, n, "__attribute__ __attribute const static") &&
		    code[i + n] != ':') {
			bool is_attribute = code[i + n] == '(';

			if (!is_attribute && !isdigit((unsigned char)code[i])) {
				best = code + i;
				best_n = n;
			} else if (is_attribute) { /* f(args) ATTR(x), or an attribute before */
				i += strcspn(code + i, ")");
			}
		}
		i += n ? n : 1;
	}
	if (!best)
		return NULL;
	if (scope->owner)
		return rules_strf(r, "%s::%.*s", scope->owner, (int)best_n, best);
	return rules_strn(r, best, best_n);
}

static void emit(struct reader *r, enum attribute what, const char *subject, const char *lock,
		 const struct rules_scope *scope)
{
	struct rules_statement *s;

	switch (what) {
	case ATTR_BEFORE: rules_order(r, subject, lock, NULL); break;
	case ATTR_AFTER: rules_order(r, lock, subject, NULL); break;
	case ATTR_GUARDED:
		rules_emit(r, RULES_PROTECTS, lock, NULL)->context = (char *)subject;
		break;
	case ATTR_REQUIRES:
	case ATTR_EXCLUDES:
		if (!scope->function)
			break;
		s = rules_emit(r, RULES_REQUIRES, NULL, lock);
		s->function = (char *)scope->function;
		s->is_without = what == ATTR_EXCLUDES;
		break;
	}
}

/* One attribute whose arguments begin at args. */
static void arguments(struct reader *r, enum attribute what, const char *subject, const char *args,
		      const struct rules_scope *scope)
{
	unsigned depth = 0;

	for (size_t from = 0, i = 0;; i++) {
		if (!args[i])
			return;
		if ((args[i] == ',' || args[i] == ')') && !depth) {
			const char *lock = rules_lock_name(r, args + from, i - from);

			if (*lock && *lock != '!')
				emit(r, what, subject ? subject : "", lock, scope);
			if (args[i] == ')')
				return;
			from = i + 1;
			continue;
		}
		depth += args[i] == '(';
		depth -= args[i] == ')';
	}
}

/* { "name", &lock_class_mtx }: neighbours are ordered, a { NULL, ... } ends the group. */
static bool witness_entry(struct reader *r, const char *code, const char **name)
{
	const char *s = rules_skip_space(code), *q;

	*name = NULL;
	if (*s != '{' || !strstr(s, ","))
		return false;
	s = rules_skip_space(s + 1);
	if (str_starts(s, "NULL"))
		return true;
	if (*s != '"' || !strstr(s, "lock_class"))
		return false;
	q = strchr(s + 1, '"');
	if (!q)
		return false;
	*name = rules_strn(r, s + 1, (size_t)(q - s - 1));
	return true;
}

void rules_read_attributes(struct reader *r, const char *code, unsigned line,
			   const struct rules_scope *scope)
{
	const char *name;

	if (witness_entry(r, code, &name)) {
		if (name && r->witness) {
			rules_sentence_begin(r, code, line, line, r->side_mark);
			rules_order(r, r->witness, name, NULL);
			rules_sentence_end(r);
		}
		r->witness = name;
		return;
	}
	for (size_t i = 0; code[i];) {
		size_t n = 0, k = 0;

		while (isalnum((unsigned char)code[i + n]) || code[i + n] == '_')
			n++;
		while (n && k < ARRAY_LEN(attributes) &&
		       !(strlen(attributes[k].name) == n &&
			 !memcmp(code + i, attributes[k].name, n)))
			k++;
		if (n && k < ARRAY_LEN(attributes) && code[i + n] == '(' && i) {
			rules_sentence_begin(r, code, line, line, r->side_mark);
			arguments(r, attributes[k].what, subject_before(r, code, i, scope),
				  code + i + n + 1, scope);
			rules_sentence_end(r);
		}
		i += n ? n : 1;
	}
}
