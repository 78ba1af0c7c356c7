/* SPDX-License-Identifier: MIT */
/*
 * The documents as the patch leaves them: what the tree has, without what is removed, with what
 * is added.  The tree may be the one before the patch or the one after it.
 */
#include "review/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is said, as keys ---- */

static uint64_t add_str(uint64_t h, const char *s)
{
	return s ? hash_bytes(s, strlen(s) + 1, h) : hash_mix(h, 1);
}

static uint64_t key_of(const struct rules_statement *s)
{
	uint64_t h = hash_mix(s->kind, s->is_together * 2u + s->is_without);

	h = add_str(add_str(h, s->locks[0]), s->locks[1]);
	h = add_str(h, s->kind == RULES_RELEASED ? NULL : s->wait);
	return add_str(add_str(h, s->function), s->context);
}

static uint64_t key_of_side(const struct rules_statement *s, char side)
{
	return hash_mix(key_of(s), (unsigned char)side);
}

static uint64_t key_of_sentence(const struct rules_statement *s)
{
	return add_str(add_str(key_of_side(s, s->side), s->sentence), s->path);
}

static bool has(const struct paper *p, uint64_t key)
{
	uint64_t value;

	return map_get(&p->said, key, &value);
}

bool review_says(const struct paper *p, const struct rules_statement *s)
{
	return has(p, key_of(s));
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
		map_put(&p->said, key_of(&s), 1);
		map_put(&p->said, key_of_side(&s, s.side), 1);
		map_put(&p->said, key_of_sentence(&s), 1);
		if (path)
			s.path = (char *)path;
		vec_push(&p->doc.statements, s);
	}
}

/* A thread quotes its patch again and again: each sentence counts once. */
static bool is_new_side(const struct review *r, const struct rules_statement *s)
{
	return !s->voice && s->side != '-' && !has(&desk_of(r)->changed, key_of_sentence(s));
}

static bool is_removed(const struct review *r, const struct rules_statement *s)
{
	return !s->voice && s->side == '-' && !has(&desk_of(r)->removed, key_of_sentence(s));
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

	return !has(&k->changed, key_of_side(s, '+')) && !has(&k->removed, key_of(s));
}

static bool is_not_of_tree(const struct review *r, const struct rules_statement *s)
{
	return !(s->side == ' ' && has(&desk_of(r)->whole, key_of(s)));
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
		if (doc->statements.at[i].side == '+' && doc->statements.at[i].path &&
		    !strcmp(doc->statements.at[i].path, path))
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
	map_free(&p->said);
}
