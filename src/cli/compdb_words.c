/* SPDX-License-Identifier: MIT */
#include "cli/compdb.h"

#include <stdlib.h>
#include <string.h>

void words_take(struct words *w, char *owned)
{
	vec_push(w, owned);
}

void words_add(struct words *w, const char *s)
{
	vec_push(w, xstrdup(s));
}

void words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->at[i]);
	vec_free(w);
}

/* Reads what stands between double quotes; returns the place after the closing one. */
static const char *double_quoted(const char *s, struct buf *b)
{
	for (; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1] && strchr("$`\"\\\n", s[1])) {
			s++;
			if (*s == '\n')
				continue;
		}
		buf_addc(b, *s);
	}
	return *s ? s + 1 : s;
}

static const char *single_quoted(const char *s, struct buf *b)
{
	size_t n = strcspn(s, "'");

	buf_addn(b, s, n);
	return s[n] ? s + n + 1 : s + n;
}

static const char *one_word(const char *s, struct buf *b)
{
	while (*s && !strchr(" \t\n;&", *s)) {
		if (*s == '\'') {
			s = single_quoted(s + 1, b);
		} else if (*s == '"') {
			s = double_quoted(s + 1, b);
		} else if (*s == '\\' && s[1]) {
			if (s[1] != '\n')
				buf_addc(b, s[1]);
			s += 2;
		} else {
			buf_addc(b, *s++);
		}
	}
	return s;
}

void words_split(const char *s, struct words *out)
{
	for (;;) {
		struct buf b = {0};

		s += strspn(s, " \t\n");
		if (!*s || *s == ';' || *s == '&')
			return;
		s = one_word(s, &b);
		words_add(out, buf_str(&b));
		buf_free(&b);
	}
}

void words_expand_files(struct words *w, const char *dir)
{
	struct words out = {0};

	for (size_t i = 0; i < w->n; i++) {
		struct diag d;
		char *data, *path;
		size_t bytes;

		if (w->at[i][0] != '@' || !w->at[i][1]) {
			words_take(&out, w->at[i]);
			continue;
		}
		path = path_join(dir, w->at[i] + 1);
		if (file_read(path, &data, &bytes, &d)) {
			words_split(data, &out);
			free(data);
			free(w->at[i]);
		} else {
			words_take(&out, w->at[i]);
		}
		free(path);
	}
	vec_free(w);
	w->at = out.at;
	w->n = out.n;
	w->cap = out.cap;
}
