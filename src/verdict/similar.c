/* SPDX-License-Identifier: MIT */
/* Names like one that nothing knows, for "did you mean". */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t verdict_edit_distance(const char *a, const char *b)
{
	size_t n = strlen(b);
	uint32_t row[128];

	if (n + 1 >= ARRAY_LEN(row) || strlen(a) >= ARRAY_LEN(row))
		return 1000;
	for (uint32_t j = 0; j <= n; j++)
		row[j] = j;
	for (uint32_t i = 1; a[i - 1]; i++) {
		uint32_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			uint32_t up = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = up;
			row[j] = best;
		}
	}
	return row[n];
}

/* Keeps the three nearest names; equal ones in the order in which they came. */
struct nearest {
	const char *name[3];
	uint32_t distance[3];
};

static void nearer(struct nearest *near, const char *name, uint32_t distance, size_t length)
{
	size_t i = 3;

	if (distance > length / 3 + 1)
		return;
	for (size_t k = 0; k < 3; k++)
		if (near->name[k] && !strcmp(near->name[k], name))
			return;
	while (i > 0 && (!near->name[i - 1] || near->distance[i - 1] > distance))
		i--;
	if (i == 3)
		return;
	for (size_t k = 2; k > i; k--) {
		near->name[k] = near->name[k - 1];
		near->distance[k] = near->distance[k - 1];
	}
	near->name[i] = name;
	near->distance[i] = distance;
}

static const char *nearest_say(struct verdict *v, const struct nearest *near)
{
	struct buf b = { 0 };
	const char *out;

	for (size_t i = 0; i < 3 && near->name[i]; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", near->name[i]);
	out = verdict_say(v, "%s", buf_str(&b));
	buf_free(&b);
	return out;
}

const char *verdict_names_like(struct verdict *v, const char *written)
{
	struct nearest near = { 0 };
	const char *last = verdict_last_part(written);

	for (uint32_t i = 0; i < v->l->classes.n; i++) {
		const char *name = verdict_class_name(v, i), *own = verdict_last_part(name);
		uint32_t whole = verdict_edit_distance(name, written),
			 part = verdict_edit_distance(own, last);

		if (v->l->classes.at[i].is_local)
			continue;
		nearer(&near, name, whole, strlen(written));
		if (part <= 2) /* a slip in the last word outweighs another path */
			nearer(&near, name, part, strlen(last));
	}
	return nearest_say(v, &near);
}

const char *verdict_functions_like(struct verdict *v, const char *name)
{
	struct nearest near = { 0 };

	for (size_t i = 0; i < v->l->funcs.n; i++) {
		const char *own = lore_str(v->l, v->l->funcs.at[i].name);

		nearer(&near, own, verdict_edit_distance(own, name), strlen(name));
	}
	return nearest_say(v, &near);
}
