/* SPDX-License-Identifier: MIT */
/* The whole of a review: reads, judges, and has each stage add what it finds. */
#include "review/internal.h"

#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

char *review_strn(struct review *r, const char *s, size_t n)
{
	char *p = arena_alloc(&desk_of(r)->arena, n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

/* Who wrote, of what: from the first mail that says so. */
static void read_header(struct review *r, const char *text, size_t bytes)
{
	struct mail_box *box;

	r->subject = r->from = "";
	if (!mail_is(text, bytes))
		return;
	box = mail_read(text, bytes);
	for (size_t i = 0; i < box->messages.n && !*r->subject; i++) {
		const struct mail_message *m = &box->messages.at[i];

		r->subject = review_strn(r, m->subject, strlen(m->subject));
		r->from = review_strn(r, m->from, strlen(m->from));
	}
	mail_free(box);
}

/* As the patch writes them, else as the documents that it changes do. */
static const char **find_spelling(struct desk *k)
{
	size_t n = k->l->classes.n;
	const char **names = arena_alloc(&k->arena, (n + 1) * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = k->changed.d->spelling[i] ? k->changed.d->spelling[i]
						     : k->whole.d->spelling[i];
	return names;
}

struct review *review_new(struct verdict *v, const struct lore *l, const struct prim_table *prims,
			  const char *name, const char *text, size_t bytes,
			  const struct review_options *opt, struct diag *d)
{
	struct rules_options how = { .side = RULES_BOTH, .voices = true, .prims = prims };
	struct rules_document *patch = rules_read(name, text, bytes, &how, d);
	struct review *r;
	struct desk *k;

	if (!patch)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->memory = k = xcalloc(1, sizeof(*k));
	arena_heap(&k->arena);
	k->v = v;
	k->l = l;
	k->prims = prims;
	k->opt = opt;
	k->patch = patch;
	r->doc = patch;
	r->name = patch->name;
	r->has_patch = patch->is_diff;
	r->is_lineless = !r->has_patch && memmem(text, bytes, "diff --git a/", 13);
	r->dead = verdict_deadlocks(v);
	read_header(r, text, bytes);
	review_papers(r);
	r->spelling = find_spelling(k);
	review_blocks(r);
	review_talk(r);
	review_code(r);
	return r;
}

static void free_parts(struct review *r)
{
	for (size_t i = 0; i < r->blocks.n; i++) {
		struct review_block *b = &r->blocks.at[i];

		for (size_t k = 0; k < b->claims.n; k++)
			review_claim_free(&b->claims.at[k]);
		vec_free(&b->claims);
		vec_free(&b->quote);
		vec_free(&b->findings);
		vec_free(&b->tensions);
	}
	for (size_t i = 0; i < r->talk.n; i++) {
		for (size_t k = 0; k < r->talk.at[i].claims.n; k++)
			review_claim_free(&r->talk.at[i].claims.at[k]);
		vec_free(&r->talk.at[i].claims);
	}
	for (size_t i = 0; i < r->knots.n; i++) {
		vec_free(&r->knots.at[i].others);
		vec_free(&r->knots.at[i].mends);
	}
	for (size_t i = 0; i < r->code.n; i++)
		vec_free(&r->code.at[i].touches);
}

void review_free(struct review *r)
{
	struct desk *k;

	if (!r)
		return;
	k = desk_of(r);
	free_parts(r);
	vec_free(&r->blocks);
	vec_free(&r->talk);
	vec_free(&r->knots);
	vec_free(&r->code);
	vec_free(&r->lost);
	vec_free(&r->unread);
	review_paper_free(&k->changed);
	review_paper_free(&k->whole);
	review_paper_free(&k->removed);
	review_paper_free(&k->talk);
	map_free(&k->wrong);
	map_free(&k->told_by);
	vec_free(&k->told_next);
	for (size_t i = 0; i < k->tree.n; i++)
		rules_free(k->tree.at[i]);
	vec_free(&k->tree);
	rules_free(k->patch);
	arena_heap_free(&k->arena);
	free(k);
	free(r);
}

enum verdict_severity review_worst(const struct review *r, bool *any)
{
	enum verdict_severity worst = VERDICT_NOTE;

	*any = false;
	for (size_t i = 0; i < r->blocks.n; i++) {
		const struct review_block *b = &r->blocks.at[i];

		*any = true;
		for (size_t k = 0; k < b->claims.n; k++)
			if (b->claims.at[k].s->severity > worst)
				worst = b->claims.at[k].s->severity;
		for (size_t k = 0; k < b->findings.n; k++)
			if (b->findings.at[k]->severity > worst)
				worst = b->findings.at[k]->severity;
		for (size_t k = 0; k < b->tensions.n; k++)
			if (b->tensions.at[k].finding->severity > worst)
				worst = b->tensions.at[k].finding->severity;
	}
	/* what a patch removes is not its fault */
	for (size_t i = 0; i < r->code.n; i++)
		for (size_t k = 0;
		     r->code.at[i].state == REVIEW_APPLIED && k < r->code.at[i].touches.n; k++) {
			const struct review_touch *t = &r->code.at[i].touches.at[k];

			*any = true;
			if (t->deadlock != LORE_NONE)
				worst = VERDICT_ERROR;
			else if (t->s && t->s->severity > worst)
				worst = t->s->severity;
		}
	return worst;
}

void review_where(const struct rules_statement *s, struct buf *b)
{
	const char *slash = s->path ? strrchr(s->path, '/') : NULL;

	if (s->side == '+')
		buf_add(b, "this patch");
	else if (s->side)
		buf_addf(b, "%s, in the context",
			 s->path ? (slash ? slash + 1 : s->path) : "the document");
	else
		buf_addf(b, "%s:%u", s->path ? (slash ? slash + 1 : s->path) : "line", s->line);
}
