/* SPDX-License-Identifier: MIT */
/*
 * Mends a document: renames, sentences that look wrong, what is missing.  Each step is tried on a
 * copy, read back, and kept only if no statement is lost and none is newly contradicted.
 */
#include "draft/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- nothing lost ------------------------------------------------------------------------ */

static bool is_same(const struct verdict_statement *a, const struct verdict_statement *b)
{
	if (a->rule->kind != b->rule->kind)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		const char *x = a->rule->locks[i], *y = b->rule->locks[i];

		if (!x != !y || a->names[i].cls != b->names[i].cls)
			return false;
		if (x && a->names[i].cls == LORE_NONE && strcmp(x, y) != 0)
			return false;
	}
	return true;
}

static size_t count_same(const struct verdict_document *in, const struct verdict_statement *s)
{
	size_t n = 0;

	for (size_t i = 0; i < in->statements.n; i++)
		n += is_same(&in->statements.at[i], s);
	return n;
}

/* What may go: the contradicted statements of the sentence that is mended. */
static bool may_go(const struct verdict_statement *s, unsigned mended)
{
	return s->rule->sentence_no == mended && s->value == VERDICT_CONTRADICTED;
}

static size_t count_due(const struct verdict_document *in, const struct verdict_statement *s,
			unsigned mended)
{
	size_t n = 0;

	for (size_t i = 0; i < in->statements.n; i++)
		n += !may_go(&in->statements.at[i], mended) && is_same(&in->statements.at[i], s);
	return n;
}

static size_t count_bad(const struct verdict_document *in)
{
	size_t n = 0;

	for (size_t i = 0; i < in->statements.n; i++)
		n += in->statements.at[i].value == VERDICT_CONTRADICTED ||
		     in->statements.at[i].rule->kind == RULES_NOT_UNDERSTOOD;
	return n;
}

static bool is_kept(const struct draft_mender *m, const struct verdict_document *now,
		    unsigned mended)
{
	for (size_t i = 0; i < m->read->statements.n; i++) {
		const struct verdict_statement *s = &m->read->statements.at[i];

		if (!may_go(s, mended) && count_same(now, s) < count_due(m->read, s, mended))
			return false;
	}
	return count_bad(now) + (mended != UINT_MAX) <= count_bad(m->read);
}

bool draft_accept(struct draft_mender *m, struct draft_source *trial, unsigned mended)
{
	struct buf b = { 0 };
	const struct verdict_document *now;
	bool ok;

	draft_source_text(trial, &b);
	now = draft_again(&m->again, m->name, buf_str(&b), b.n);
	ok = now && is_kept(m, now, mended);
	buf_free(&b);
	if (!ok) {
		draft_source_close(trial);
		return false;
	}
	draft_source_close(&m->source);
	m->source = *trial;
	m->read = now;
	m->out->n_mends++;
	return true;
}

/* ---- notes ------------------------------------------------------------------------------- */

static const char *class_or(const struct draft *d, uint32_t cls)
{
	return draft_class(d->l, cls);
}

void draft_note_witness(struct draft_mender *m, struct buf *b, uint32_t witness)
{
	const struct lore *l = m->d->l;
	const struct lore_witness *w;

	if (witness == LORE_NONE)
		return;
	w = &l->witnesses.at[witness];
	buf_addf(b, "#     holding %s, from ", class_or(m->d, w->outer));
	draft_place(b, l, w->outer_place);
	buf_addf(b, "\n#     %s %s in ", w->inner_mode == ORDER_WAIT ? "waits for" : "takes",
		 class_or(m->d, w->inner));
	draft_place(b, l, w->inner_place);
	buf_addc(b, '\n');
}

static void note_evidence(struct draft_mender *m, struct buf *b, const struct verdict_statement *s,
			  size_t most)
{
	for (size_t i = 0; i < s->list.n && most; i++) {
		const struct verdict_evidence *e = &s->list.at[i];

		if (!e->is_against || !e->n_chain)
			continue;
		most--;
		buf_addf(b, "#     holding %s, from ", class_or(m->d, e->outer));
		draft_place(b, m->d->l, e->chain[0]);
		buf_addf(b, "\n#     %s %s in ",
			 e->inner_mode == ORDER_WAIT ? "waits for" : "takes",
			 class_or(m->d, e->inner));
		draft_place(b, m->d->l, e->chain[e->n_chain - 1]);
		buf_addc(b, '\n');
	}
}

/* ---- renames ------------------------------------------------------------------------------- */

static bool is_done(const struct verdict_document *doc, size_t i, unsigned k)
{
	for (size_t j = 0; j <= i; j++)
		for (unsigned m = 0; m < 2; m++)
			if ((j < i || m < k) && doc->statements.at[j].rule->locks[m] &&
			    !strcmp(doc->statements.at[j].rule->locks[m],
				    doc->statements.at[i].rule->locks[k]))
				return true;
	return false;
}

static size_t root_length(const char *name)
{
	return strcspn(name, "->.:[");
}

static const char *last_name(const char *name)
{
	const char *last = name;

	for (const char *p = name; *p; p++)
		if (strchr("->.:", *p))
			last = p + 1;
	return last;
}

/* "a->lock" for "b->lock" is a guess; "a->x.list_lock" for "a->list_lock" is a rename. */
static bool is_rename(const char *from, const char *to)
{
	static const char general[] = "lock mutex spinlock rwlock rwsem sem srcu mtx mu lk guard";
	size_t n = root_length(from);
	const char *last = last_name(to);

	if (n == root_length(to) && !strncmp(from, to, n))
		return true;
	for (const char *p = general; (p = strstr(p, last)); p++)
		if ((p == general || p[-1] == ' ') && (p[strlen(last)] == ' ' || !p[strlen(last)]))
			return false;
	return true;
}

static void rename_lock(struct draft_mender *m, const struct verdict_statement *s, unsigned k)
{
	const char *from = s->rule->locks[k], *to = class_or(m->d, s->names[k].cls);
	struct draft_source trial;
	unsigned n;

	if (!is_rename(from, to)) {
		buf_addf(&m->out->left,
			 "%s:%u: left as it is: the code has no %s, and %s need not be what is "
			 "meant\n",
			 m->name, s->rule->line, from, to);
		m->out->n_left++;
		return;
	}
	draft_source_copy(&trial, &m->source);
	n = draft_source_rename(&trial, from, to);
	if (!n) {
		draft_source_close(&trial);
		return;
	}
	if (draft_accept(m, &trial, UINT_MAX))
		buf_addf(&m->out->notes,
			 "# %s:%u: the code has no %s; %s is its only lock of that last name, "
			 "taken at "
			 "%u place%s\n",
			 m->name, s->rule->line, from, to,
			 m->d->l->classes.at[s->names[k].cls].takes,
			 m->d->l->classes.at[s->names[k].cls].takes == 1 ? "" : "s");
}

static void rename_locks(struct draft_mender *m)
{
	for (size_t i = 0; i < m->doc->statements.n; i++)
		for (unsigned k = 0; k < 2; k++)
			if (m->doc->statements.at[i].names[k].known == VERDICT_DRIFTED &&
			    m->doc->statements.at[i].rule->locks[k] && !is_done(m->doc, i, k))
				rename_lock(m, &m->doc->statements.at[i], k);
}

/* ---- functions that were renamed ------------------------------------------------------------ */

static bool is_unknown(const struct verdict_document *doc, const struct rules_statement *r)
{
	for (size_t i = 0; i < doc->findings.n; i++)
		if (doc->findings.at[i].line == r->line &&
		    !strcmp(doc->findings.at[i].code, "unknown-function") &&
		    strstr(doc->findings.at[i].message, r->function))
			return true;
	return false;
}

/* Who waits there: the function, or of a counter the one that its row names. */
static const char *waiter_of(const struct draft_mender *m, const struct lore_witness *w)
{
	const struct lore *l = m->d->l;
	const struct lore_class *c = &l->classes.at[w->inner];
	const struct prim_counter *k = NULL;
	uint32_t f = l->places.at[w->inner_place].func;

	if (m->d->prims)
		k = prim_counter(m->d->prims, lore_str(l, c->owner), lore_str(l, c->member));
	if (k && k->waiter)
		return k->waiter;
	return f < l->funcs.n ? lore_str(l, l->funcs.at[f].name) : "";
}

static bool waits_under(const struct draft_mender *m, const char *waiter, uint32_t inner,
			uint32_t outer)
{
	const struct lore *l = m->d->l;
	uint32_t first, n = lore_witnesses(l, outer, inner, &first);

	for (uint32_t i = first; i < first + n; i++)
		if (l->witnesses.at[i].inner_mode == ORDER_WAIT &&
		    !strcmp(waiter_of(m, &l->witnesses.at[i]), waiter))
			return true;
	return false;
}

/* Under each lock that the sentence says to be taken in the function. */
static bool waits_under_all(const struct draft_mender *m, const struct rules_statement *r,
			    const char *waiter, uint32_t inner)
{
	for (size_t i = 0; i < m->doc->statements.n; i++) {
		const struct verdict_statement *s = &m->doc->statements.at[i];

		if (s->rule->sentence_no == r->sentence_no && s->rule->function &&
		    s->names[0].cls != LORE_NONE && !waits_under(m, waiter, inner, s->names[0].cls))
			return false;
	}
	return true;
}

/* "A and B are taken on the waiting side in f()": the only one who waits under both, or NULL. */
static const char *find_waiter(const struct draft_mender *m, const struct verdict_statement *s,
			       uint32_t *witness)
{
	const struct lore *l = m->d->l;
	const char *found = NULL;

	if (!strstr(s->rule->sentence, "wait") || s->names[0].cls == LORE_NONE)
		return NULL;
	for (size_t i = 0; i < l->witnesses.n; i++) {
		const struct lore_witness *w = &l->witnesses.at[i];
		const char *waiter;

		if (w->outer != s->names[0].cls || w->inner_mode != ORDER_WAIT)
			continue;
		waiter = waiter_of(m, w);
		if (!*waiter || (found && !strcmp(found, waiter)) ||
		    !waits_under_all(m, s->rule, waiter, w->inner))
			continue;
		if (found)
			return NULL;
		found = waiter;
		*witness = (uint32_t)i;
	}
	return found;
}

static void rename_functions(struct draft_mender *m)
{
	const char *last = "";

	for (size_t i = 0; i < m->doc->statements.n; i++) {
		const struct verdict_statement *s = &m->doc->statements.at[i];
		struct draft_source trial;
		const char *waiter;
		uint32_t witness;

		if (!s->rule->function || !strcmp(s->rule->function, last) ||
		    !is_unknown(m->doc, s->rule))
			continue;
		waiter = find_waiter(m, s, &witness);
		if (!waiter)
			continue;
		last = s->rule->function;
		draft_source_copy(&trial, &m->source);
		if (!draft_source_rename(&trial, last, waiter)) {
			draft_source_close(&trial);
			continue;
		}
		if (!draft_accept(m, &trial, UINT_MAX))
			continue;
		buf_addf(&m->out->notes,
			 "# %s:%u: the code has no %s(); who waits with %s held is %s()\n", m->name,
			 s->rule->line, last, s->rule->locks[0], waiter);
		draft_note_witness(m, &m->out->notes, witness);
	}
}

/* ---- sentences ------------------------------------------------------------------------------ */

/* The statement as it reads now; sentences are mended from below, so that its line is the same. */
static const struct verdict_statement *as_it_is(const struct draft_mender *m,
						const struct verdict_statement *s)
{
	for (size_t i = 0; i < m->read->statements.n; i++) {
		const struct verdict_statement *now = &m->read->statements.at[i];

		if (is_same(now, s) && now->value == VERDICT_CONTRADICTED &&
		    now->rule->line == s->rule->line)
			return now;
	}
	return NULL;
}

/* The rest of a document is told from its exceptions: they go in front, the sentence stays. */
static char *new_text(const struct verdict_statement *s, const struct draft_replacement *r)
{
	size_t n = strlen(r->text), k = strlen(s->rule->sentence);
	char *text;

	if (s->rule->kind == RULES_LEAF && !s->rule->locks[0]) {
		const char *own = strstr(r->text, ". ");

		if (own)
			return xasprintf("%.*s. %s", (int)(own - r->text), r->text,
					 s->rule->sentence);
	}
	text = xstrdup(r->text);
	if (k && n && s->rule->sentence[k - 1] != '.' && text[n - 1] == '.')
		text[n - 1] = '\0';
	return text;
}

static void leave(struct draft_mender *m, const struct verdict_statement *s,
		  const struct draft_replacement *r, const char *why)
{
	struct buf *b = &m->out->left;

	buf_addf(b, "%s:%u: left as it is: %s: %s%s%s\n", m->name, s->rule->line, s->rule->text,
		 s->why ? s->why : "", *why ? "; " : "", why);
	if (r && r->text && r->condition)
		buf_addf(b, "  %s, it could say: %s\n", r->condition, r->text);
	m->out->n_left++;
}

/* s as it was, now as it is since names were mended. */
static bool mend_sentence(struct draft_mender *m, const struct verdict_statement *s,
			  const struct verdict_statement *now, const struct draft_replacement *r)
{
	struct draft_source trial;
	char *text = new_text(now, r);
	bool ok;

	draft_source_copy(&trial, &m->source);
	ok = draft_source_replace(&trial, now->rule->line, now->rule->last_line,
				  now->rule->sentence, text);
	if (!ok)
		draft_source_close(&trial);
	else
		ok = draft_accept(m, &trial, now->rule->sentence_no);
	if (ok) {
		buf_addf(&m->out->notes, "# %s:%u: %s: %s\n", m->name, s->rule->line, s->rule->text,
			 s->why);
		note_evidence(m, &m->out->notes, s, s->rule->kind == RULES_LEAF ? 3 : 1);
	}
	free(text);
	return ok;
}

static void mend_contradicted(struct draft_mender *m, const struct verdict_statement *s)
{
	const struct verdict_statement *now = as_it_is(m, s);
	struct draft_replacement r = { 0 };
	bool has_words = now && draft_replacement(m->d, m->read, now->rule->sentence_no, &r);

	if (s->blame == VERDICT_BLAME_CODE || !has_words || r.condition)
		leave(m, s, has_words ? &r : NULL, "");
	else if (!mend_sentence(m, s, now, &r))
		leave(m, s, NULL, "no words were found that keep the rest as it is");
	draft_replacement_free(&r);
}

/* Sentences that look wrong; one statement of each. */
static void mend_sentences(struct draft_mender *m)
{
	unsigned last = UINT_MAX;

	for (size_t i = m->doc->statements.n; i-- > 0;) { /* from below: line numbers stay true */
		const struct verdict_statement *s = &m->doc->statements.at[i];

		if (s->value != VERDICT_CONTRADICTED || !s->is_judged || s->rule->is_question ||
		    s->rule->sentence_no == last)
			continue;
		last = s->rule->sentence_no;
		mend_contradicted(m, s);
	}
}

/* ---- all of it ---------------------------------------------------------------------------- */

bool draft_mend(const struct draft *d, const struct verdict_document *doc, const char *name,
		const char *text, size_t bytes, struct draft_diff *out, struct diag *err)
{
	struct draft_mender m = { .d = d, .doc = doc, .name = name, .out = out };

	*out = (struct draft_diff){ 0 };
	if (doc->doc->is_diff)
		return diag_set(err, name, 0,
				"this is a diff or a mail; name the document that it changes");
	draft_again_open(&m.again, d);
	draft_source_open(&m.source, name, text, bytes);
	m.read = draft_again(&m.again, name, text, bytes);
	if (m.read) {
		draft_pairs_find(d, &m.pairs);
		rename_locks(&m);
		rename_functions(&m);
		mend_sentences(&m);
		draft_add_missing(&m);
		draft_source_diff(&m.source, name, &out->diff);
	}
	vec_free(&m.pairs);
	draft_source_close(&m.source);
	draft_again_close(&m.again);
	return true;
}

void draft_diff_free(struct draft_diff *x)
{
	buf_free(&x->diff);
	buf_free(&x->notes);
	buf_free(&x->left);
}
