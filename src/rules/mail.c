/* SPDX-License-Identifier: MIT */
/*
 * Mails: mail/ takes off what mailers put on, this takes the quoting off, and says whose words
 * the text around a patch is.
 */
#include "rules/internal.h"
#include "rules/text.h"

#include "mail/mail.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The text of a mail that carries no patch: a change of depth ends a paragraph. */
void rules_mail_body(struct reader *r, const struct rules_lines *in, struct rules_lines *out)
{
	unsigned depth = 0;

	for (size_t i = 0; i < in->n; i++) {
		struct rules_line l = in->at[i];
		unsigned now = mail_peel(&l.s, 99);

		if (!strcmp(l.s, "--"))
			break;
		if (now != depth)
			vec_push(out, (struct rules_line){ .s = "", .no = l.no });
		depth = now;
		if (!rules_is_attribution(l.s))
			vec_push(out, l);
	}
	(void)r;
}

/* "On Mon, somebody wrote:" */
bool rules_is_attribution(const char *s)
{
	size_t n = strlen(s);

	return n > 6 && !strcmp(s + n - 6, "wrote:");
}

/* The lines of one message as the stages want them; false: no text. */
static bool message_lines(struct reader *r, const struct mail_message *m, struct rules_lines *out)
{
	struct buf b = { 0 };
	struct diag d;
	size_t n;
	char *clean;
	bool ok;

	for (size_t i = 0; i < m->lines.n; i++) {
		buf_add(&b, m->lines.at[i].s);
		buf_addc(&b, '\n');
	}
	ok = rules_decode(r, buf_str(&b), b.n, &clean, &n, &d);
	buf_free(&b);
	if (!ok) {
		rules_note(r, m->line, "the text of this mail is none: left out");
		return false;
	}
	rules_split(r, clean, n, out);
	free(clean);
	for (size_t i = 0; i < out->n && i < m->lines.n; i++)
		out->at[i].no = m->lines.at[i].no;
	return true;
}

void rules_mail(struct reader *r, const char *text, size_t bytes)
{
	struct mail_box *box = mail_read(text, bytes);
	struct {
		VEC(struct rules_lines);
	} all = { 0 };
	bool has_diff = false;

	for (size_t i = 0; i < box->notes.n; i++)
		rules_note(r, box->notes.at[i].line, "%s", box->notes.at[i].text);
	for (size_t i = 0; i < box->messages.n; i++) {
		struct rules_lines *l = vec_add(&all);

		if (message_lines(r, &box->messages.at[i], l))
			has_diff |= rules_is_diff(l);
	}
	for (size_t i = 0; i < all.n; i++) {
		rules_read_message(r, &all.at[i], has_diff);
		vec_free(&all.at[i]);
	}
	vec_free(&all);
	mail_free(box);
}

/* ---- the text around a patch ---- */

static bool is_trailer(const char *s)
{
	size_t n = strcspn(s, ": ");

	return s[n] == ':' && ((n > 3 && !strncmp(s + n - 3, "-by", 3)) ||
			       rules_inn(s, n, "Fixes Cc Link Message-Id Reported-by Closes"));
}

/* Lines of a patch that are no sentence of anybody. */
static bool is_meta(const char *s)
{
	static const char *const starts[] = {
		"diff --git ",
		"index ",
		"--- ",
		"+++ ",
		"@@ ",
		"new file mode",
		"deleted file mode",
		"rename ",
		"similarity index",
		"old mode",
		"new mode",
		"Binary files",
		"commit ",
		"Author:",
		"Date:",
		"AuthorDate:",
		"Commit:",
		"Merge:",
	};
	const char *bar = strstr(s, " | ");

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(s, starts[i]))
			return true;
	if (bar && bar[3 + strspn(bar + 3, " ")] >= '0' && bar[3 + strspn(bar + 3, " ")] <= '9')
		return true; /* of a diffstat */
	return rules_has(s, strlen(s), " changed, ") || is_trailer(s) || rules_is_attribution(s) ||
	       !strcmp(s, "---");
}

/* "Is this actually true?": asks about what stands above, and names nothing itself. */
static bool asks_back(const char *s, size_t n)
{
	bool is_pointing = false, is_doubt = false;

	for (size_t i = 0; i < n;) {
		char word[24];
		size_t k = 0;

		while (i + k < n && isalpha((unsigned char)s[i + k]))
			k++;
		if (k && k < sizeof(word)) {
			for (size_t c = 0; c < k; c++)
				word[c] = (char)tolower((unsigned char)s[i + c]);
			is_pointing |= rules_inn(word, k, "this that it these they which");
			is_doubt |= rules_inn(word, k, "true correct right accurate valid wrong");
		}
		i += k ? k : 1;
	}
	return is_pointing && is_doubt;
}

static void read_questions(struct reader *r, const struct rules_lines *l)
{
	struct text t = { 0 };
	const char *s;

	for (size_t i = 0; i < l->n; i++)
		text_add(&t, &l->at[i], l->at[i].s);
	s = t.buf.n ? t.buf.at : "";
	for (size_t from = 0, to; s[from]; from = to + strspn(s + to, " ")) {
		char *one;
		unsigned line = text_line(&t, from);

		to = text_sentence(s, from);
		if (s[to - 1] != '?' || !asks_back(s + from, to - from))
			continue;
		one = xstrndup(s + from, to - from);
		rules_sentence_begin(r, one, line, line, 0);
		rules_emit(r, RULES_NOT_UNDERSTOOD, NULL, NULL)->voice = 'q';
		rules_sentence_end(r);
		free(one);
	}
	text_free(&t);
}

static void read_voice(struct reader *r, struct rules_lines *l, char voice)
{
	struct rules_document *doc = &r->doc->pub;
	struct rules_region g = { .lines = *l, .format = RULES_TEXT };
	size_t keep = doc->statements.n;

	if (l->n) {
		r->trust = TRUST_PROSE;
		rules_read_region(r, &g);
	}
	for (size_t i = keep; i < doc->statements.n; i++) {
		struct rules_statement *s = &doc->statements.at[i];

		s->voice = voice;
		if (s->kind != RULES_NOT_UNDERSTOOD) /* talk is no rule */
			doc->statements.at[keep++] = *s;
	}
	doc->statements.n = keep;
	if (voice == 'r' && l->n)
		read_questions(r, l);
	l->n = 0;
}

void rules_voices(struct reader *r, const struct rules_lines *in)
{
	bool *taken = xcalloc(in->n + 1, sizeof(*taken));
	struct rules_lines part = { 0 };
	unsigned patch_depth, depth = 0;
	bool is_before = rules_diff_lines(r, in, taken, &patch_depth);
	bool is_signature = false;
	char voice = 'r', now_voice;

	if (!is_before)
		patch_depth = 0; /* no patch: all of it is talk */
	for (size_t i = 0; i < in->n; i++) {
		struct rules_line l = in->at[i];
		unsigned now = mail_peel(&l.s, 99);

		is_before &= !taken[i] && !(now == patch_depth && str_starts(l.s, "diff --git "));
		now_voice = is_before && now == patch_depth ? 'm' : 'r';
		if (taken[i] || now != depth || now_voice != voice || !strcmp(l.s, "--"))
			read_voice(r, &part, voice);
		if (!now && !strcmp(l.s, "--"))
			break;
		/* a quoted signature: up to where somebody else speaks */
		is_signature = !strcmp(l.s, "--") || (is_signature && now == depth && *l.s);
		depth = now;
		voice = now_voice;
		if (!taken[i] && !is_signature && !is_meta(l.s))
			vec_push(&part, l);
	}
	read_voice(r, &part, voice);
	vec_free(&part);
	free(taken);
}
