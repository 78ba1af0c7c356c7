/* SPDX-License-Identifier: MIT */
/* overlay.c - files laid over others, as clang's -ivfsoverlay reads it. */
#include <stdlib.h>
#include <string.h>

#include "cli/overlay.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct overlay_file *)a)->path, ((const struct overlay_file *)b)->path);
}

/* In YAML between single quotes only the quote itself is special. */
static void add_quoted(struct buf *b, const char *s, size_t n)
{
	buf_addc(b, '\'');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\'')
			buf_addc(b, '\'');
		buf_addc(b, s[i]);
	}
	buf_addc(b, '\'');
}

static size_t folder_length(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

static void add_file(struct buf *b, const struct overlay_file *f)
{
	const char *name = strrchr(f->path, '/') + 1;

	buf_add(b, "   { 'type': 'file', 'name': ");
	add_quoted(b, name, strlen(name));
	buf_add(b, ", 'external-contents': ");
	add_quoted(b, f->content, strlen(f->content));
	buf_add(b, " },\n");
}

bool overlay_write(const char *path, struct overlay *o, struct diag *d)
{
	struct buf b = { 0 };
	size_t i = 0;
	bool ok;

	if (o->n)
		qsort(o->at, o->n, sizeof(o->at[0]), by_path);
	buf_add(&b, "{ 'version': 0, 'use-external-names': 'false', 'roots': [\n");
	while (i < o->n) {
		const char *first = o->at[i].path;
		size_t n = folder_length(first);

		buf_add(&b, " { 'type': 'directory', 'name': ");
		add_quoted(&b, first, n ? n : 1);
		buf_add(&b, ", 'contents': [\n");
		for (; i < o->n && folder_length(o->at[i].path) == n &&
		       strncmp(first, o->at[i].path, n) == 0; i++)
			add_file(&b, &o->at[i]);
		buf_add(&b, " ] },\n");
	}
	buf_add(&b, "] }\n");
	ok = file_write(path, b.at, b.n, d);
	buf_free(&b);
	return ok;
}

void overlay_add(struct overlay *o, const char *path, const char *content)
{
	vec_push(o, (struct overlay_file){ xstrdup(path), xstrdup(content) });
}

void overlay_free(struct overlay *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->at[i].path);
		free(o->at[i].content);
	}
	vec_free(o);
}
