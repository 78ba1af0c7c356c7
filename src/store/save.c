/* SPDX-License-Identifier: MIT */
/*
 * save.c - writes a lore as one SQLite file.
 *
 * No transaction of the old database is involved: a new file is written beside it and renamed
 * over it, so the journal and fsync are switched off.  Rows go in in the order of the arrays and
 * nothing depends on time or on string ids: equal lores give equal bytes.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/internal.h"

/* ---- the tables ----------------------------------------------------------------- */

static void meta_row(struct writer *s, const char *name, const char *text, uint32_t number)
{
	writer_put_text(s, name);
	if (text)
		writer_put_text(s, text);
	else
		writer_put(s, number);
	writer_row(s);
}

static void save_meta(struct writer *s)
{
	const struct lore *l = s->l;

	writer_begin(s, "INSERT INTO meta VALUES(?,?)");
	meta_row(s, "tree", lore_str(l, l->tree), 0);
	meta_row(s, "configuration", lore_str(l, l->configuration), 0);
	meta_row(s, "root", lore_str(l, l->root), 0);
	meta_row(s, "date", lore_str(l, l->date), 0);
	meta_row(s, "units", NULL, l->n_units);
	meta_row(s, "failed_units", NULL, l->n_failed_units);
	meta_row(s, "skipped_units", NULL, l->n_skipped_units);
	meta_row(s, "unresolved", NULL, l->n_unresolved);
	meta_row(s, "caps_hit", NULL, l->n_caps_hit);
	meta_row(s, "imprecise", NULL, l->n_imprecise);
	writer_end(s, "meta");
}

static void save_classes(struct writer *s)
{
	writer_begin(s, "INSERT INTO class VALUES(?,?,?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->classes.n; i++) {
		const struct lore_class *c = &s->l->classes.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, c->name);
		writer_put_str(s, c->owner);
		writer_put_str(s, c->member);
		writer_put(s, c->kind);
		writer_put(s, c->is_local);
		writer_put(s, c->takes);
		writer_put(s, c->waits);
		writer_row(s);
	}
	writer_end(s, "class");
}

static void save_places(struct writer *s)
{
	writer_begin(s, "INSERT INTO function VALUES(?,?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->funcs.n; i++) {
		const struct lore_func *f = &s->l->funcs.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, f->name);
		writer_put(s, writer_file_id(s, f->file));
		writer_put(s, f->line);
		writer_put(s, f->is_static);
		writer_put(s, f->is_root);
		writer_put(s, f->is_thread);
		writer_row(s);
	}
	writer_end(s, "function");
	writer_begin(s, "INSERT INTO place VALUES(?,?,?,?)");
	for (size_t i = 0; i < s->l->places.n; i++) {
		const struct lore_place *p = &s->l->places.at[i];

		writer_put(s, (int64_t)i);
		writer_put(s, p->func);
		writer_put(s, writer_file_id(s, p->file));
		writer_put(s, p->line);
		writer_row(s);
	}
	writer_end(s, "place");
}

static void save_witnesses(struct writer *s)
{
	writer_begin(s, "INSERT INTO witness VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->witnesses.n; i++) {
		const struct lore_witness *w = &s->l->witnesses.at[i];

		writer_put(s, (int64_t)i);
		writer_put(s, w->outer);
		writer_put(s, w->inner);
		writer_put(s, w->outer_mode);
		writer_put(s, w->inner_mode);
		writer_put(s, w->flags);
		writer_put(s, w->assumptions);
		writer_put(s, w->outer_place);
		writer_put(s, w->inner_place);
		writer_put_ref(s, w->entry_place);
		writer_put_chain(s, w->chain, w->n_chain);
		writer_put(s, writer_set_id(s, w->held, w->n_held));
		writer_put(s, writer_set_id(s, w->gates, w->n_gates));
		writer_put(s, w->thread);
		writer_row(s);
	}
	writer_end(s, "witness");
}

static void save_takes(struct writer *s)
{
	writer_begin(s, "INSERT INTO take VALUES(?,?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->takes.n; i++) {
		const struct lore_take *t = &s->l->takes.at[i];

		writer_put(s, (int64_t)i);
		writer_put(s, t->cls);
		writer_put(s, t->mode);
		writer_put(s, t->flags);
		writer_put(s, t->place);
		writer_put(s, writer_set_id(s, t->must, t->n_must));
		writer_put_chain(s, t->bare, t->n_bare);
		writer_row(s);
	}
	writer_end(s, "take");
	writer_begin(s, "INSERT INTO released VALUES(?,?,?,?)");
	for (size_t i = 0; i < s->l->released.n; i++) {
		const struct lore_released *r = &s->l->released.at[i];

		writer_put(s, (int64_t)i);
		writer_put(s, r->cls);
		writer_put(s, r->wait);
		writer_put_chain(s, r->chain, r->n_chain);
		writer_row(s);
	}
	writer_end(s, "released");
}

static void save_calls(struct writer *s)
{
	writer_begin(s, "INSERT INTO call VALUES(?,?,?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->calls.n; i++) {
		const struct lore_call *c = &s->l->calls.at[i];

		writer_put(s, (int64_t)i);
		writer_put(s, c->caller);
		writer_put_ref(s, c->callee);
		writer_put(s, c->place);
		writer_put(s, c->kind);
		writer_put(s, writer_set_id(s, c->must, c->n_must));
		writer_put(s, writer_set_id(s, c->may, c->n_may));
		writer_put_str(s, c->what);
		writer_row(s);
	}
	writer_end(s, "call");
}

static void save_names(struct writer *s)
{
	writer_begin(s, "INSERT INTO slot VALUES(?,?,?,?,?)");
	for (size_t i = 0; i < s->l->slots.n; i++) {
		const struct lore_slot *t = &s->l->slots.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, t->owner);
		writer_put_str(s, t->member);
		writer_put(s, t->func);
		writer_put_str(s, t->table);
		writer_row(s);
	}
	writer_end(s, "slot");
	writer_begin(s, "INSERT INTO member VALUES(?,?,?,?,?,?)");
	for (size_t i = 0; i < s->l->members.n; i++) {
		const struct lore_member *m = &s->l->members.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, m->owner);
		writer_put_str(s, m->member);
		writer_put_str(s, m->type);
		writer_put(s, m->is_pointer);
		writer_put(s, m->lock_kind);
		writer_row(s);
	}
	writer_end(s, "member");
}

static void save_variables(struct writer *s)
{
	writer_begin(s, "INSERT INTO varname VALUES(?,?,?,?)");
	for (size_t i = 0; i < s->l->varnames.n; i++) {
		const struct lore_varname *v = &s->l->varnames.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, v->owner);
		writer_put_str(s, v->name);
		writer_put(s, v->count);
		writer_row(s);
	}
	writer_end(s, "varname");
	writer_begin(s, "INSERT INTO global VALUES(?,?,?,?)");
	for (size_t i = 0; i < s->l->globals.n; i++) {
		const struct lore_global *g = &s->l->globals.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, g->name);
		writer_put_str(s, g->type);
		writer_put(s, g->lock_kind);
		writer_row(s);
	}
	writer_end(s, "global");
}

static void save_findings(struct writer *s)
{
	writer_begin(s, "INSERT INTO finding VALUES(?,?,?,?,?)");
	for (size_t i = 0; i < s->l->findings.n; i++) {
		const struct lore_finding *f = &s->l->findings.at[i];

		writer_put(s, (int64_t)i);
		writer_put_str(s, f->code);
		writer_put(s, f->severity);
		writer_put_ref(s, f->place);
		writer_put_str(s, f->message);
		writer_row(s);
	}
	writer_end(s, "finding");
}

/* After everything that names a file or a held set. */
static void save_shared(struct writer *s)
{
	writer_begin(s, "INSERT INTO file VALUES(?,?)");
	for (size_t i = 0; i < s->file.n; i++) {
		writer_put(s, (int64_t)i);
		writer_put_str(s, s->file.at[i]);
		writer_row(s);
	}
	writer_end(s, "file");
	writer_begin(s, "INSERT INTO held VALUES(?,?,?,?)");
	for (size_t i = 0; i < s->set.n; i++) {
		for (uint32_t k = 0; k < s->set.at[i].n; k++) {
			const struct lore_heldlock *h = &s->l->helds.at[s->set.at[i].first + k];

			writer_put(s, (int64_t)i + 1);
			writer_put(s, k);
			writer_put(s, h->cls);
			writer_put(s, h->mode);
			writer_row(s);
		}
	}
	writer_end(s, "held");
}

static void save_sources(struct writer *s, const struct store_file *files, size_t n)
{
	writer_begin(s, "INSERT INTO source_file VALUES(?,?,?)");
	for (size_t i = 0; i < n; i++) {
		writer_put_text(s, files[i].path);
		writer_put(s, files[i].mtime_ns);
		writer_put(s, files[i].size);
		writer_row(s);
	}
	writer_end(s, "source_file");
}

static void save_all(struct writer *s, const struct store_file *files, size_t n)
{
	char *head = xasprintf("PRAGMA page_size=%d; PRAGMA encoding='UTF-8'; PRAGMA auto_vacuum=0;"
			       "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
			       "PRAGMA locking_mode=EXCLUSIVE; PRAGMA secure_delete=ON;"
			       "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
			       "PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN",
			       STORE_PAGE_BYTES, STORE_APPLICATION_ID, STORE_VERSION);

	writer_sql(s, head);
	free(head);
	writer_sql(s, store_tables);
	save_meta(s);
	save_classes(s);
	save_places(s);
	save_witnesses(s);
	save_takes(s);
	save_calls(s);
	save_names(s);
	save_variables(s);
	save_findings(s);
	save_shared(s);
	save_sources(s, files, n);
	writer_sql(s, store_views);
	writer_sql(s, "COMMIT");
}

/* ---- the file --------------------------------------------------------------------- */

static bool cannot_write(struct diag *d, const char *path, int err, const char *why)
{
	bool is_full = err == ENOSPC || err == EDQUOT || err == EFBIG;

	return diag_set(d, path, 0, "cannot write the database: %s%s", err ? strerror(err) : why,
			is_full ? "; free some space and run `locklore index` again" : "");
}

static bool make_folder(const char *path, struct diag *d)
{
	char *copy = xstrdup(path);
	bool ok = dir_make(dirname(copy), d);

	free(copy);
	return ok;
}

static bool write_file(const char *tmp, const char *path, const struct lore *l,
		       const struct store_file *files, size_t n_files, struct diag *d)
{
	struct writer s = {.l = l};
	int err = 0;

	s.rc = sqlite3_open_v2(tmp, &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			       SQLITE_OPEN_NOMUTEX, NULL);
	save_all(&s, files, n_files);
	if (s.rc == SQLITE_NOMEM)
		die_memory();
	if (s.rc == SQLITE_FULL)
		err = ENOSPC;
	else if (s.rc == SQLITE_CANTOPEN)
		err = sqlite3_system_errno(s.db);
	else if (s.rc != SQLITE_OK)
		sqlite3_file_control(s.db, "main", SQLITE_FCNTL_LAST_ERRNO, &err);
	if (s.rc != SQLITE_OK)
		cannot_write(d, path, err, sqlite3_errstr(s.rc));
	sqlite3_close(s.db);
	writer_free(&s);
	return s.rc == SQLITE_OK;
}

bool store_save(const char *path, const struct lore *l, const struct store_file *files,
		size_t n_files, struct diag *d)
{
	char *cwd, *full, *tmp;
	struct diag fault;
	bool ok;

	if (!lore_check(l, "", &fault))
		BUG("the lore that is to be written is inconsistent:%s", fault.text);
	if (!make_folder(path, d) || !store_replaceable(path, d))
		return false;
	/* SQLite takes a leading "file:" for a URI where it was built so: an absolute name has none. */
	cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	full = path_join(cwd, path);
	tmp = xasprintf("%s.%ld.tmp", full, (long)getpid());
	unlink(tmp);
	ok = write_file(tmp, path, l, files, n_files, d);
	if (ok && rename(tmp, full) != 0)
		ok = cannot_write(d, path, errno, NULL);
	if (!ok)
		unlink(tmp);
	free(tmp);
	free(full);
	free(cwd);
	return ok;
}
