/* SPDX-License-Identifier: MIT */
/*
 * The reader of .locklore.conf (libconfig).  Each group has its list of settings; a setting that
 * is not in the list is an error, so that a misspelt one is not silently without effect.
 */
#include "prim/table.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf {
	struct prim_table *t;
	const char *file;
	struct diag *d;
	struct map seen; /* names of the primitives so far -> line */
};

static bool PRINTF_LIKE(3, 4) wrong(const struct conf *c, const config_setting_t *s, const char *fmt, ...)
{
	const char *file = config_setting_source_file(s);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return diag_set(c->d, file ? file : c->file, config_setting_source_line(s), "%s", text);
}

/* Settings of one entry; `known` ends with NULL. */
static bool known_only(const struct conf *c, const config_setting_t *entry, const char *const *known)
{
	struct buf all = {0};
	bool ok = true;

	for (size_t i = 0; known[i]; i++)
		buf_addf(&all, " %s", known[i]);
	for (int i = 0; ok && i < config_setting_length(entry); i++) {
		const config_setting_t *s = config_setting_get_elem(entry, (unsigned)i);
		size_t k = 0;

		while (known[k] && strcmp(known[k], config_setting_name(s)))
			k++;
		if (!known[k])
			ok = wrong(c, s, "no setting '%s' here; known:%s", config_setting_name(s), all.at);
	}
	buf_free(&all);
	return ok;
}

/* Owned by the table; *out stays as it is where the setting is absent. */
static bool get_text(const struct conf *c, const config_setting_t *entry, const char *name, const char **out)
{
	const config_setting_t *s = config_setting_get_member(entry, name);
	const char *text;

	if (!s)
		return true;
	text = config_setting_get_string(s);
	if (!text || !*text)
		return wrong(c, s, "%s must be a text in quotes that is not empty", name);
	*out = strtab_str(c->t->str, strtab_id(c->t->str, text));
	return true;
}

static bool need_text(const struct conf *c, const config_setting_t *entry, const char *name, const char **out)
{
	if (!config_setting_get_member(entry, name))
		return wrong(c, entry, "%s is missing; add: %s = \"...\"", name, name);
	return get_text(c, entry, name, out);
}

static bool get_flag(const struct conf *c, const config_setting_t *entry, const char *name, uint8_t flag,
		     uint8_t *flags)
{
	const config_setting_t *s = config_setting_get_member(entry, name);

	if (!s)
		return true;
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return wrong(c, s, "%s must be true or false", name);
	if (config_setting_get_bool(s))
		*flags |= flag;
	return true;
}

static bool get_arg(const struct conf *c, const config_setting_t *entry, const char *name, int8_t *arg)
{
	const config_setting_t *s = config_setting_get_member(entry, name);
	int v;

	if (!s)
		return true;
	v = config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s) : -1;
	if (v < 0 || v > INT8_MAX)
		return wrong(c, s, "%s must be the number of an argument, counted from 0", name);
	*arg = (int8_t)v;
	return true;
}

static bool get_word(const struct conf *c, const config_setting_t *entry, const char *name,
		     const char *const *words, int n, uint8_t *out)
{
	const config_setting_t *s = config_setting_get_member(entry, name);
	const char *text;
	struct buf all = {0};
	int k;

	if (!s)
		return true;
	text = config_setting_get_string(s);
	k = text ? prim_word(words, n, text) : -1;
	if (k >= 0) {
		*out = (uint8_t)k;
		return true;
	}
	for (int i = 0; i < n; i++)
		buf_addf(&all, " %s", words[i]);
	wrong(c, s, "%s cannot be %s; known:%s", name, text ? text : "that", all.at);
	buf_free(&all);
	return false;
}

/* ---- primitives and summaries --------------------------------------------------------------- */

static const char *const mode_words[ORDER_MODES] = {
	[ORDER_EXCLUSIVE] = "exclusive", [ORDER_SHARED] = "shared",
	[ORDER_SHARED_RECURSIVE] = "shared-recursive", [ORDER_WAIT] = "wait",
};

static uint8_t mode_default(const struct prim *p)
{
	if (p->kind == PRIM_WAIT || p->kind == PRIM_DEFER)
		return ORDER_WAIT;
	if (p->kind == PRIM_DOWNGRADE)
		return ORDER_SHARED;
	if (p->lock_kind == FACTS_KIND_SRCU || p->lock_kind == FACTS_KIND_RCU ||
	    p->lock_kind == FACTS_KIND_READSIDE)
		return ORDER_SHARED_RECURSIVE;
	return ORDER_EXCLUSIVE;
}

static bool kind_needs_lock(uint8_t kind)
{
	return kind <= PRIM_REWAIT || kind == PRIM_TOUCH || kind == PRIM_STATIC_UPDATE ||
	       kind == PRIM_DOWNGRADE;
}

/* What a row of its kind cannot do without, and what makes no sense in it. */
static bool row_sane(const struct conf *c, const config_setting_t *entry, const struct prim *p)
{
	if (p->lock != PRIM_NO_ARG && p->global && p->kind != PRIM_STATIC_UPDATE)
		return wrong(c, entry, "%s has both lock and global; keep one", p->name);
	if (kind_needs_lock(p->kind) && p->lock == PRIM_NO_ARG && !p->global)
		return wrong(c, entry, "%s names no lock; add lock = ARGUMENT or global = \"NAME\"", p->name);
	if ((p->kind == PRIM_CALLS || p->kind == PRIM_STATIC_UPDATE || p->kind == PRIM_SPAWN) &&
	    p->target == PRIM_NO_ARG)
		return wrong(c, entry, "%s names no callback; add target = ARGUMENT", p->name);
	if (p->kind == PRIM_WAIT ? p->mode != ORDER_WAIT
				 : p->mode == ORDER_WAIT && p->kind != PRIM_DEFER)
		return wrong(c, entry, "%s: mode wait and kind wait belong together", p->name);
	return true;
}

static bool read_row(struct conf *c, const config_setting_t *entry, struct prim p)
{
	uint64_t line;

	if (!need_text(c, entry, "name", &p.name) ||
	    !get_word(c, entry, "kind", prim_kind_words, PRIM_KINDS, &p.kind) ||
	    !get_arg(c, entry, "lock", &p.lock) ||
	    !get_word(c, entry, "lock_kind", prim_lock_kind_words, FACTS_LOCK_KINDS, &p.lock_kind))
		return false;
	p.mode = mode_default(&p);
	if (!get_word(c, entry, "mode", mode_words, ORDER_MODES, &p.mode) ||
	    !get_word(c, entry, "success", prim_success_words, FACTS_SUCCESSES, &p.success) ||
	    !get_flag(c, entry, "try", FACTS_TRY, &p.flags) ||
	    !get_flag(c, entry, "nested", FACTS_NESTED, &p.flags) ||
	    !get_flag(c, entry, "intr", FACTS_INTR, &p.flags) ||
	    !get_arg(c, entry, "target", &p.target) || !get_text(c, entry, "global", &p.global) ||
	    !get_text(c, entry, "said", &p.said) || !row_sane(c, entry, &p))
		return false;
	line = *map_slot(&c->seen, strtab_id(c->t->str, p.name), config_setting_source_line(entry));
	if (line != config_setting_source_line(entry))
		return wrong(c, entry, "%s has a row already, in line %u", p.name, (unsigned)line);
	vec_push(&c->t->rows, p);
	return true;
}

static const char *const row_settings[] = {"name", "kind", "lock", "lock_kind", "mode", "success", "try",
					   "nested", "intr", "target", "global", "said", NULL};

static bool read_primitive(struct conf *c, const config_setting_t *entry)
{
	struct prim p = {.lock = PRIM_NO_ARG, .target = PRIM_NO_ARG};

	if (!config_setting_get_member(entry, "kind"))
		return wrong(c, entry, "kind is missing; add: kind = \"take\"");
	return known_only(c, entry, row_settings) && read_row(c, entry, p);
}

static bool read_summary(struct conf *c, const config_setting_t *entry)
{
	static const char *const known[] = {"name", "lock", "lock_kind", "mode", "target", "global", NULL};
	struct prim p = {.kind = PRIM_TOUCH, .lock = PRIM_NO_ARG, .target = PRIM_NO_ARG};

	return known_only(c, entry, known) && read_row(c, entry, p);
}

/* ---- the other groups -------------------------------------------------------------------------- */

static bool read_lock_type(struct conf *c, const config_setting_t *entry)
{
	static const char *const known[] = {"name", "kind", NULL};
	struct prim_lock_type t = {0};

	if (!known_only(c, entry, known) || !need_text(c, entry, "name", &t.name) ||
	    !get_word(c, entry, "kind", prim_lock_kind_words, FACTS_LOCK_KINDS, &t.lock_kind))
		return false;
	if (!t.lock_kind)
		return wrong(c, entry, "kind is missing; add: kind = \"mutex\"");
	vec_push(&c->t->types, t);
	return true;
}

static bool read_callback(struct conf *c, const config_setting_t *entry)
{
	static const char *const known[] = {"struct", "member", "waitable", NULL};
	struct prim_callback b = {0};
	uint8_t waitable = 0;

	if (!known_only(c, entry, known) || !need_text(c, entry, "struct", &b.owner) ||
	    !need_text(c, entry, "member", &b.member) || !get_flag(c, entry, "waitable", 1, &waitable))
		return false;
	b.is_waitable = waitable;
	vec_push(&c->t->callbacks, b);
	return true;
}

static bool read_context(struct conf *c, const config_setting_t *entry)
{
	static const char *const known[] = {"words", "struct", "member", NULL};
	struct prim_context x = {0};

	if (!known_only(c, entry, known) || !need_text(c, entry, "words", &x.words) ||
	    !need_text(c, entry, "struct", &x.owner) || !get_text(c, entry, "member", &x.member))
		return false;
	vec_push(&c->t->contexts, x);
	return true;
}

static bool read_counter(struct conf *c, const config_setting_t *entry)
{
	static const char *const known[] = {"struct", "member", "waiter", NULL};
	struct prim_counter n = {0};

	if (!known_only(c, entry, known) || !need_text(c, entry, "struct", &n.owner) ||
	    !need_text(c, entry, "member", &n.member) || !need_text(c, entry, "waiter", &n.waiter))
		return false;
	vec_push(&c->t->counters, n);
	return true;
}

static const struct group {
	const char *name;
	bool (*read)(struct conf *c, const config_setting_t *entry);
} groups[] = {
	{"primitives", read_primitive}, {"summaries", read_summary}, {"lock_types", read_lock_type},
	{"callbacks", read_callback}, {"contexts", read_context}, {"counters", read_counter},
};

static bool read_group(struct conf *c, const config_setting_t *s)
{
	const struct group *g = groups;

	while (g < groups + ARRAY_LEN(groups) && strcmp(g->name, config_setting_name(s)))
		g++;
	if (g == groups + ARRAY_LEN(groups))
		return wrong(c, s, "no group '%s'; known: primitives summaries lock_types callbacks contexts counters",
			     config_setting_name(s));
	if (!config_setting_is_list(s))
		return wrong(c, s, "%s must be a list of groups: %s = ( { ... }, { ... } );", g->name, g->name);
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *entry = config_setting_get_elem(s, (unsigned)i);

		if (!config_setting_is_group(entry))
			return wrong(c, entry, "an entry of %s must be a group: { ... }", g->name);
		if (!g->read(c, entry))
			return false;
	}
	return true;
}

static bool read_all(struct conf *c, config_t *cfg, const char *text)
{
	const config_setting_t *root;

	if (!config_read_string(cfg, text)) {
		const char *file = config_error_file(cfg);

		return diag_set(c->d, file ? file : c->file, (unsigned)config_error_line(cfg), "%s",
				config_error_text(cfg));
	}
	root = config_root_setting(cfg);
	for (int i = 0; i < config_setting_length(root); i++)
		if (!read_group(c, config_setting_get_elem(root, (unsigned)i)))
			return false;
	return true;
}

bool prim_conf_read(struct prim_table *t, const char *file, struct diag *d)
{
	struct conf c = {.t = t, .file = file, .d = d};
	const char *slash = strrchr(file, '/');
	char *text, *dir;
	size_t bytes;
	config_t cfg;
	bool ok;

	if (!file_read(file, &text, &bytes, d))
		return false;
	dir = slash ? xstrndup(file, (size_t)(slash - file) + (slash == file)) : xstrdup(".");
	config_init(&cfg);
	config_set_include_dir(&cfg, dir);
	if (strlen(text) != bytes)
		ok = diag_set(d, file, 0, "this is no text file (it has a zero byte)");
	else
		ok = read_all(&c, &cfg, text);
	config_destroy(&cfg);
	map_free(&c.seen);
	free(dir);
	free(text);
	return ok;
}
