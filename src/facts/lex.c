/* SPDX-License-Identifier: MIT */
#include "facts/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lex_fail(struct parser *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!p->is_bad) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		diag_set(p->d, p->name, p->line, "%s", text);
	}
	p->is_bad = true;
	p->at += strlen(p->at);
}

const char *lex_str(const struct parser *p, uint32_t id)
{
	return strtab_str(p->u->str, id);
}

static void blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
		p->at++;
}

bool lex_statement(struct parser *p)
{
	for (;;) {
		blanks(p);
		if (*p->at == '#')
			p->at += strcspn(p->at, "\n");
		if (*p->at == '\n')
			p->line++;
		else if (*p->at != ';' && *p->at != '/')
			return *p->at != '\0';
		p->at++;
	}
}

void lex_skip_statement(struct parser *p)
{
	bool is_quoted = false;

	for (; *p->at && *p->at != '\n'; p->at++) {
		if (*p->at == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && *p->at == '\\' && p->at[1] && p->at[1] != '\n')
			p->at++;
		else if (!is_quoted && strchr(";/#", *p->at))
			return;
	}
}

bool lex_at_end(struct parser *p)
{
	blanks(p);
	return !*p->at || strchr("\n;/#", *p->at);
}

void lex_end(struct parser *p)
{
	if (!lex_at_end(p))
		lex_fail(p, "did not expect '%.*s' here", (int)strcspn(p->at, " \t\n"), p->at);
}

bool lex_peek(struct parser *p, char c)
{
	blanks(p);
	return *p->at == c;
}

bool lex_take(struct parser *p, const char *s)
{
	blanks(p);
	if (strncmp(p->at, s, strlen(s)))
		return false;
	p->at += strlen(s);
	return true;
}

void lex_need(struct parser *p, const char *s)
{
	if (!lex_take(p, s))
		lex_fail(p, "expected '%s' before '%.*s'", s, (int)strcspn(p->at, " \t\n"), p->at);
}

static size_t word_length(const char *s, bool may_dot, bool may_dash)
{
	size_t n = 0;

	if (!isalnum((unsigned char)s[0]) && s[0] != '_' && s[0] != '$')
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '$' || (may_dot && s[n] == '.') ||
	       (may_dash && s[n] == '-' && isalpha((unsigned char)s[n + 1])))
		n++;
	return n;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static uint32_t quoted(struct parser *p)
{
	struct buf b = {0};
	uint32_t id;

	for (p->at++; *p->at && *p->at != '"' && *p->at != '\n'; p->at++) {
		if (p->at[0] == '\\' && p->at[1] == 'x' && isxdigit((unsigned char)p->at[2]) &&
		    isxdigit((unsigned char)p->at[3])) {
			if (hex(p->at[2]) || hex(p->at[3]))
				buf_addc(&b, (char)(hex(p->at[2]) * 16 + hex(p->at[3])));
			p->at += 3;
		} else if (p->at[0] == '\\' && (p->at[1] == '\\' || p->at[1] == '"')) {
			buf_addc(&b, *++p->at);
		} else {
			buf_addc(&b, *p->at);
		}
	}
	id = strtab_id(p->u->str, buf_str(&b));
	buf_free(&b);
	if (*p->at != '"')
		lex_fail(p, "a quoted name does not end on its line");
	else
		p->at++;
	return id;
}

uint32_t lex_name(struct parser *p, bool may_dot, const char *what)
{
	size_t n;
	uint32_t id;

	blanks(p);
	if (*p->at == '"')
		return quoted(p);
	n = word_length(p->at, may_dot, false);
	if (!n) {
		lex_fail(p, "expected %s before '%.*s'", what, (int)strcspn(p->at, " \t\n"), p->at);
		return 0;
	}
	id = strtab_idn(p->u->str, p->at, n);
	p->at += n;
	return id;
}

uint32_t lex_word(struct parser *p)
{
	size_t n;
	uint32_t id;

	blanks(p);
	n = word_length(p->at, true, true);
	id = n ? strtab_idn(p->u->str, p->at, n) : 0;
	p->at += n;
	return id;
}

bool lex_keyword(struct parser *p, const char *word)
{
	blanks(p);
	if (word_length(p->at, true, true) != strlen(word) || strncmp(p->at, word, strlen(word)))
		return false;
	p->at += strlen(word);
	return true;
}

bool lex_is_number(struct parser *p)
{
	blanks(p);
	return isdigit((unsigned char)p->at[0]) || (p->at[0] == '-' && isdigit((unsigned char)p->at[1]));
}

int64_t lex_number(struct parser *p)
{
	char *end;
	long long v;

	if (!lex_is_number(p)) {
		lex_fail(p, "expected a number before '%.*s'", (int)strcspn(p->at, " \t\n"), p->at);
		return 0;
	}
	errno = 0;
	v = strtoll(p->at, &end, 0);
	if (errno)
		lex_fail(p, "the number '%.*s' is too large", (int)(end - p->at), p->at);
	else
		p->at = end;
	return v;
}

uint32_t lex_u32(struct parser *p)
{
	int64_t v = lex_number(p);

	if (!p->is_bad && (v < 0 || v > UINT32_MAX))
		lex_fail(p, "%lld is not a number between 0 and %u", (long long)v, UINT32_MAX);
	return p->is_bad ? 0 : (uint32_t)v;
}
