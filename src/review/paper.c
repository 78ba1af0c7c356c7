/* SPDX-License-Identifier: MIT */
/*
 * The documents as the patch leaves them: what the tree has, without what is removed, with what
 * is added.  The tree may be the one before the patch or the one after it.
 */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

static bool same_str(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool review_same(const struct rules_statement *a, const struct rules_statement *b)
{
	return a->kind == b->kind && same_str(a->locks[0], b->locks[0]) &&
	       same_str(a->locks[1], b->locks[1]) && a->is_together == b->is_together &&
	       a->is_without == b->is_without && same_str(a->function, b->function) &&
	       (a->kind == RULES_RELEASED || same_str(a->wait, b->wait)) &&
	       same_str(a->context, b->context);
}

static bool has(const struct rules_document *doc, const struct rules_statement *s)
{
	for (size_t i = 0; i < doc->statements.n; i++)
		if (review_same(&doc->statements.at[i], s))
			return true;
	return false;
}

/* ---- statements of several documents as one ---- */

/* Appends those that `wanted` takes; a sentence keeps its statements together. */
static void add(struct paper *p, const struct rules_document *from, const char *path,
		bool (*wanted)(const struct review *r, const struct rules_statement *s),
		const struct review *r)
{
	unsigned base = 0;

	for (size_t i = 0; i < p->doc.statements.n; i++)
		if (p->doc.statements.at[i].sentence_no >= base)
			base = p->doc.statements.at[i].sentence_no + 1;
	for (size_t i = 0; i < from->statements.n; i++) {
		struct rules_statement s = from->statements.at[i];

		if (!wanted(r, &s))
			continue;
		s.sentence_no += base;
		s.premise = s.premise < 0 ? -1 : s.premise + (int)base;
		if (path)
			s.path = (char *)path;
		vec_push(&p->doc.statements, s);
	}
}

/* A thread quotes its patch again and again: is this sentence there already? */
static bool is_there(const struct rules_document *doc, const struct rules_statement *s)
{
	for (size_t i = 0; i < doc->statements.n; i++)
		if (doc->statements.at[i].side == s->side &&
		    review_same(&doc->statements.at[i], s) &&
		    same_str(doc->statements.at[i].sentence, s->sentence) &&
		    same_str(doc->statements.at[i].path, s->path))
			return true;
	return false;
}

static bool is_new_side(const struct review *r, const struct rules_statement *s)
{
	return !s->voice && s->side != '-' && !is_there(&desk_of(r)->changed.doc, s);
}

static bool is_removed(const struct review *r, const struct rules_statement *s)
{
	return !s->voice && s->side == '-' && !is_there(&desk_of(r)->removed.doc, s);
}

static bool is_talk(const struct review *r, const struct rules_statement *s)
{
	(void)r;
	return s->voice && s->voice != 'q';
}

/* Of the tree: what the patch neither removes nor says itself; context stays the tree's. */
static bool is_of_tree(const struct review *r, const struct rules_statement *s)
{
	const struct desk *k = desk_of(r);

	for (size_t i = 0; i < k->changed.doc.statements.n; i++)
		if (k->changed.doc.statements.at[i].side == '+' &&
		    review_same(&k->changed.doc.statements.at[i], s))
			return false;
	return !has(&k->removed.doc, s);
}

static bool is_not_of_tree(const struct review *r, const struct rules_statement *s)
{
	return !(s->side == ' ' && has(&desk_of(r)->whole.doc, s));
}

/* ---- documents of the tree ---- */

static bool is_code_path(const char *path)
{
	return str_ends(path, ".c") || str_ends(path, ".h") || str_ends(path, ".cc") ||
	       str_ends(path, ".cpp") || str_ends(path, ".hpp");
}

static bool is_read(const struct desk *k, const char *path)
{
	for (size_t i = 0; i < k->tree.n; i++)
		if (!strcmp(k->tree.at[i]->name, path))
			return true;
	return false;
}

static bool read_document(struct review *r, const char *full, const char *path)
{
	struct desk *k = desk_of(r);
	struct rules_options opt = { .prims = k->prims };
	struct rules_document *doc;
	struct diag d;
	char *text;
	size_t bytes;

	if (is_read(k, path))
		return true;
	if (!file_read(full, &text, &bytes, &d))
		return false;
	doc = rules_read(path, text, bytes, &opt, &d);
	free(text);
	if (doc)
		vec_push(&k->tree, doc);
	return true;
}

/* Below the root, which may be a folder further down than that of the patch. */
static void read_tree_document(struct review *r, const char *path)
{
	const char *root = lore_str(desk_of(r)->l, desk_of(r)->l->root);
	bool is_found = false;

	for (const char *p = path; p && !is_found; p = strchr(p, '/')) {
		char *full;

		p += *p == '/';
		full = path_join(root, p);
		is_found = read_document(r, full, path);
		free(full);
	}
}

/* Does the patch change what a comment of this file says about locks? */
static bool is_stated_in(const struct rules_document *doc, const char *path)
{
	for (size_t i = 0; i < doc->statements.n; i++)
		if (doc->statements.at[i].side == '+' && same_str(doc->statements.at[i].path, path))
			return true;
	return false;
}

static void read_tree(struct review *r)
{
	struct desk *k = desk_of(r);

	for (size_t i = 0; i < k->patch->hunks.n; i++) {
		const char *path = k->patch->hunks.at[i].path;

		if (*path && *path != '/' && !strstr(path, "..") &&
		    (!is_code_path(path) || is_stated_in(&k->changed.doc, path)))
			read_tree_document(r, path);
	}
	for (size_t i = 0; k->opt && i < k->opt->n_docs; i++)
		read_document(r, k->opt->docs[i], k->opt->docs[i]);
}

static void judge(struct desk *k, struct paper *p, const char *name)
{
	p->doc.name = (char *)name;
	p->d = verdict_check(k->v, &p->doc);
}

void review_papers(struct review *r)
{
	struct desk *k = desk_of(r);

	add(&k->changed, k->patch, NULL, is_new_side, r);
	add(&k->removed, k->patch, NULL, is_removed, r);
	add(&k->talk, k->patch, NULL, is_talk, r);
	read_tree(r);
	for (size_t i = 0; i < k->tree.n; i++)
		add(&k->whole, k->tree.at[i], k->tree.at[i]->name, is_of_tree, r);
	add(&k->whole, &k->changed.doc, NULL, is_not_of_tree, r);
	for (size_t i = 0; i < k->tree.n; i++)
		for (size_t c = 0; c < k->tree.at[i]->contexts.n; c++) {
			struct rules_context_decl decl = k->tree.at[i]->contexts.at[c];

			vec_push(&k->whole.doc.contexts, decl);
			vec_push(&k->changed.doc.contexts, decl);
		}
	judge(k, &k->changed, r->name);
	judge(k, &k->removed, r->name);
	judge(k, &k->talk, r->name);
	judge(k, &k->whole, r->name);
}

void review_paper_free(struct paper *p)
{
	vec_free(&p->doc.statements);
	vec_free(&p->doc.contexts);
}
