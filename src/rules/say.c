/* SPDX-License-Identifier: MIT */
/* Statements in our own words, such that the reader reads them back. */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *rules_kind_name(enum rules_kind k)
{
	static const char *const names[RULES_KINDS] = {
		"order",	  "never", "may",     "waits",	  "never-waits", "released",
		"requires",	  "leaf",  "context", "protects", "advice",	 "broken",
		"not understood",
	};

	BUG_ON((unsigned)k >= RULES_KINDS);
	return names[k];
}

/* "m1": bare where the author wrote it so. */
static bool is_bare(const char *name, const char *sentence)
{
	size_t n = strlen(name);

	if (!sentence || str_starts(name, "synchronize_") ||
	    (!rules_is_plain_name(name) && strcasecmp(name, "a") != 0))
		return false;
	for (const char *p = sentence; (p = strstr(p, name)); p++)
		if (p > sentence && p[-1] == '`' && p[n] == '`')
			return false;
	return true;
}

/* A name that is one word of code stands as it is, everything else in double backticks. */
static void add_lock(struct buf *b, const char *name, const char *sentence)
{
	bool is_code = rules_lock_shape(name, strlen(name)) != SHAPE_WORD;

	for (const char *p = name; *p && is_code; p++)
		is_code = isalnum((unsigned char)*p) || strchr("_->.:[]", *p);
	is_code = is_code || is_bare(name, sentence);
	if (!strcmp(name, "*"))
		buf_add(b, "any lock");
	else
		buf_addf(b, is_code ? "%s" : "``%s``", name);
}

static void add_wait(struct buf *b, const struct rules_statement *s, const char *domain)
{
	/* synchronize_rcu() says what it waits for by its name */
	bool is_plain = s->wait && str_starts(s->wait, "synchronize_") && domain &&
			!strcmp(s->wait + 12, domain);

	buf_addf(b, "%s(", s->wait ? s->wait : "wait");
	if (domain && !is_plain)
		buf_addf(b, "&%s", domain);
	buf_add(b, ")");
}

static void say_requires(struct buf *b, const struct rules_statement *s)
{
	if (s->locks[0]) {
		add_lock(b, s->locks[0], s->sentence);
		buf_add(b, " cannot be taken without holding ");
		add_lock(b, s->locks[1], s->sentence);
		return;
	}
	buf_addf(b, "%s() is called %s ", s->function ? s->function : "it",
		 s->is_without ? "without" : "with");
	add_lock(b, s->locks[1], s->sentence);
	buf_add(b, " held");
}

static void say_pair(struct buf *b, const struct rules_statement *s)
{
	bool is_outer_first = s->kind == RULES_ORDER || s->is_together;

	add_lock(b, s->locks[is_outer_first ? 0 : 1], s->sentence);
	if (s->is_together) {
		buf_add(b, " and ");
		add_lock(b, s->locks[1], s->sentence);
		buf_add(b, " are never held together");
		return;
	}
	buf_add(b, s->kind == RULES_ORDER ? " is taken outside "
		   : s->kind == RULES_MAY ? " can be taken inside "
					  : " cannot be taken inside ");
	add_lock(b, s->locks[is_outer_first ? 1 : 0], s->sentence);
}

static void say_wait(struct buf *b, const struct rules_statement *s)
{
	if (s->kind == RULES_RELEASED) {
		add_lock(b, s->locks[0], s->sentence);
		buf_add(b, " is released before ");
		add_wait(b, s, s->locks[1]);
		return;
	}
	add_wait(b, s, s->locks[0]);
	buf_add(b, s->kind == RULES_WAITS ? " is called inside " : " cannot be called inside ");
	add_lock(b, s->locks[1], s->sentence);
}

static void say(struct buf *b, const struct rules_statement *s)
{
	switch ((enum rules_kind)s->kind) {
	case RULES_ORDER:
	case RULES_NEVER:
	case RULES_MAY: say_pair(b, s); break;
	case RULES_WAITS:
	case RULES_NEVER_WAITS:
	case RULES_RELEASED: say_wait(b, s); break;
	case RULES_REQUIRES: say_requires(b, s); return;
	case RULES_LEAF:
		if (s->locks[0])
			add_lock(b, s->locks[0], s->sentence);
		else
			buf_add(b, "everything else");
		buf_add(b, " is a leaf");
		break;
	case RULES_CONTEXT:
		buf_addf(b, "%s must not take ", s->context);
		add_lock(b, s->locks[0], s->sentence);
		break;
	case RULES_PROTECTS:
		add_lock(b, s->locks[0], s->sentence);
		buf_addf(b, " protects %s", s->context);
		break;
	case RULES_ADVICE: buf_addf(b, "note: %s", s->context); return;
	case RULES_BROKEN: buf_addf(b, "broken: %s", s->context); return;
	case RULES_NOT_UNDERSTOOD:
	case RULES_KINDS: buf_add(b, s->sentence ? s->sentence : ""); return;
	}
	if (s->function)
		buf_addf(b, " in %s()", s->function);
}

char *rules_say(const struct rules_statement *s)
{
	struct buf b = { 0 };
	char *text;

	say(&b, s);
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	return text;
}
