/* SPDX-License-Identifier: MIT */
/*
 * Trees by indentation and ranked lists: entries that begin with the name of a lock.
 *
 *   inode->i_rwsem  (while writing)          1) proc->outer_lock : protects ...
 *     mm->mmap_lock                          2) node->lock
 *       ->page_table_lock or pte_lock (f)    3) proc->inner_lock
 */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || strchr("_->.:[]@&{}", c);
}

/* Length of one name at s with its "()" or "lock" noun. */
static size_t name_length(const char *s)
{
	size_t n = 0;

	while (s[n] && is_name(s[n]) &&
	       !(s[n] == ':' && s[n + 1] != ':' && (n == 0 || s[n - 1] != ':')))
		n++;
	while (n && strchr(".:-", s[n - 1]) && !(n > 1 && s[n - 1] == '>'))
		n--;
	if (n && s[n] == '(' && strchr(s + n, ')') && strcspn(s + n, ")") < 40)
		n += strcspn(s + n, ")") + 1;
	return n;
}

/* The function in "(in f, g)" or "(f)". */
static const char *witness(struct reader *r, const char *s)
{
	size_t n = 0;
	bool is_code = false;

	s = rules_skip_space(s);
	if (*s != '(')
		return NULL;
	s = rules_skip_space(s + 1);
	if (str_starts(s, "in "))
		s = rules_skip_space(s + 3);
	for (; isalnum((unsigned char)s[n]) || s[n] == '_'; n++)
		is_code |= s[n] == '_';
	if (!is_code || !strchr(",)-(", s[n]) || !s[n])
		return NULL;
	return rules_strn(r, s, n);
}

/* Is the word a lock's, or that of code at least? */
static bool is_lockish(const char *s, size_t n)
{
	if (rules_lock_shape(s, n) != SHAPE_WORD)
		return true;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '_' || s[i] == '.' || s[i] == '(')
			return true;
	return n >= 3 && isupper((unsigned char)s[0]) && isupper((unsigned char)s[1]) &&
	       isupper((unsigned char)s[2]);
}

static bool ends_entry(const char *s)
{
	return !*s || *s == '(' || *s == '\t' || *s == ';' || *s == ',' ||
	       (*s == ' ' && (s[1] == ' ' || s[1] == '\t')) ||
	       ((*s == ':' || *s == '.') && (!s[1] || s[1] == ' ')) || str_starts(s, " (") ||
	       str_starts(s, " - ") || str_starts(s, " -- ") || str_starts(s, " : ") ||
	       str_starts(s, " or ") || str_starts(s, " / ");
}

/* "i_pages lock", "pte map lock": up to three words that end in a noun for locks; 0: no. */
static size_t phrase_length(const char *s)
{
	size_t n = 0;

	for (unsigned words = 1; words <= 4; words++) {
		size_t k = 0;

		while (is_name(s[n + k]) && !strchr(":.", s[n + k]))
			k++;
		if (!k)
			return 0;
		if (words > 1 &&
		    rules_inn(s + n, k, "lock mutex semaphore rwsem spinlock locks glock"))
			return n + k;
		n += k;
		if (s[n] != ' ')
			return 0;
		n++;
	}
	return 0;
}

static void add_name(struct reader *r, const char *s, size_t n, struct lock_list *out)
{
	size_t first = strcspn(s, " "), call = strcspn(s, "(");

	while (n && (s[n - 1] == '`' || s[n - 1] == '*'))
		n--;
	n = call && call < n ? call : n;
	/* "i_pages lock" is i_pages, "folio_lock_memcg move_lock" and "page->flags PG_locked" the
	 * second */
	if (first < n && (memchr(s, '_', first) || rules_lock_shape(s, first))) {
		size_t last = n;

		while (s[last - 1] != ' ')
			last--;
		if (rules_lock_shape(s + last, n - last) || memchr(s + last, '_', n - last))
			s += last, n -= last;
		else
			n = first;
	}
	rules_list_add(out, rules_lock_name(r, s, n), (uint8_t)rules_lock_shape(s, n));
}

/* Two words of code, the last of which names the lock: "page->flags PG_locked". */
static size_t two_words(const char *s)
{
	size_t n = name_length(s), k;

	if (!n || s[n] != ' ' || !(k = name_length(s + n + 1)))
		return 0;
	if (!is_lockish(s, n) || !is_lockish(s + n + 1, k) || !ends_entry(s + n + 1 + k) ||
	    s[n + 1] == '-')
		return 0;
	return n + 1 + k;
}

size_t rules_entry(struct reader *r, const char *s, struct lock_list *out, const char **function,
		   bool *is_label)
{
	size_t at = 0, n;
	bool is_arrow = false;

	out->n = 0;
	*function = NULL;
	*is_label = false;
	for (;;) {
		while (s[at] == '`' || s[at] == '*')
			at++;
		if (str_starts(s + at, "struct "))
			at += 7;
		if (str_starts(s + at, "->") &&
		    (isalpha((unsigned char)s[at + 2]) || s[at + 2] == '_'))
			at += 2, is_arrow = true;
		n = phrase_length(s + at);
		if (!n)
			n = two_words(s + at);
		if (!n) {
			n = name_length(s + at);
			if (!n || (!is_arrow && !is_lockish(s + at, n)))
				return 0;
		}
		add_name(r, s + at, n, out);
		at += n;
		while (s[at] == '`' || s[at] == '*')
			at++;
		if (s[at] == ',' && is_name(s[at + 1]))
			at++;
		else if (str_starts(s + at, " or "))
			at += 4;
		else if (str_starts(s + at, " / "))
			at += 3;
		else
			break;
	}
	if (!ends_entry(s + at))
		return 0;
	*is_label = s[at] == ':' && !s[at + 1] && out->shape[0] != SHAPE_LOCK;
	n = at + strspn(s + at, " \t;:-");
	*function = witness(r, s + n);
	return at;
}

/* ---- trees ---- */

struct node {
	unsigned indent;
	struct lock_list locks;
};

/* Lines that only continue a bracket of the entry above: "(widely used, in f," / "within g)". */
static size_t continuation(const struct rules_line *l, size_t n, size_t at)
{
	int depth = 0;

	for (size_t i = at; i < n && i < at + 6; i++) {
		for (const char *p = l[i].s; *p; p++)
			depth += (*p == '(') - (*p == ')');
		if (depth <= 0)
			return i - at + 1;
		if (i + 1 < n && !*rules_skip_space(l[i + 1].s))
			break;
	}
	return 1;
}

static bool is_trylock(const char *s)
{
	return strstr(s, "trylock") != NULL;
}

static void child(struct reader *r, const struct rules_line *l, const struct node *up,
		  const struct lock_list *locks, const char *function)
{
	rules_sentence_begin(r, rules_skip_space(l->s), l->no, l->no, l->side);
	r->is_hedged = is_trylock(l->s);
	for (unsigned a = 0; a < up->locks.n; a++)
		for (unsigned b = 0; b < locks->n; b++)
			rules_order(r, up->locks.name[a], locks->name[b], function);
	rules_sentence_end(r);
}

static const char *entry_text(const struct rules_line *l, bool is_list, unsigned *indent)
{
	const char *s = rules_skip_space(l->s);
	bool is_numbered;
	size_t n = rules_marker(s, &is_numbered);

	*indent = rules_indent(l);
	/* what is left of a drawn tree: |--, `--, +- */
	while ((*s == '|' || *s == '`' || *s == '+' || *s == '\\') &&
	       (s[1] == '-' || s[1] == ' ' || s[1] == '\\')) {
		size_t k = 1 + strspn(s + 1, "-_");

		s += k;
		*indent += (unsigned)k;
		k = strspn(s, " ");
		s += k;
		*indent += (unsigned)k;
		n = 0;
	}
	if (n && !is_list)
		return "";
	return s + n;
}

/* Which lines make a tree?  At least two entries, one deeper than another; stops at the first other
 * line. */
static size_t extent(struct reader *r, const struct rules_line *l, size_t n, bool is_list,
		     unsigned *deeper)
{
	unsigned least = UINT32_MAX, entries = 0, indent, labels = 0, sure = 0;
	struct lock_list locks;
	const char *function;
	bool is_label;
	size_t i = 0, last = 0;

	*deeper = 0;
	while (i < n) {
		const char *s = rules_skip_space(l[i].s);

		if (!*s) {
			i++;
			continue;
		}
		s = entry_text(&l[i], is_list, &indent);
		if (!rules_entry(r, s, &locks, &function, &is_label))
			break;
		entries++;
		labels += is_label;
		sure += locks.shape[0] != SHAPE_WORD || locks.n > 1 || s[strcspn(s, "( \t")] != '(';
		*deeper += indent > least;
		least = indent < least ? indent : least;
		i += continuation(l, n, i);
		last = i;
	}
	/* a tree of calls, "f()" below "g()", is none of locks */
	return entries - labels >= 2 && sure * 2 >= entries ? last : 0;
}

/* A bare function name that stands above a group is its label, not a lock. */
static bool is_heading(const struct lock_list *locks, bool is_label, unsigned depth)
{
	return is_label ||
	       (depth == 0 && locks->n == 1 && locks->shape[0] == SHAPE_WORD &&
		!strpbrk(locks->name[0], "-.:") && !isupper((unsigned char)locks->name[0][0]));
}

/* All of them named like locks, and each but once? */
static bool is_sure_list(struct reader *r, const struct rules_line *l, size_t end, bool is_list)
{
	const char *function;
	unsigned indent;
	bool is_label;

	for (size_t i = 0; i < end; i += continuation(l, end, i)) {
		struct lock_list locks;

		if (rules_entry(r, entry_text(&l[i], is_list, &indent), &locks, &function,
				&is_label) &&
		    locks.shape[0] != SHAPE_LOCK)
			return false;
	}
	return true;
}

/* A list one below the other: each line inside the one above it. */
static void flat(struct reader *r, const struct rules_line *l, size_t end, bool is_list)
{
	struct node up = { 0 }, node;
	const char *function;
	unsigned indent;
	bool is_label;

	for (size_t i = 0; i < end; i += continuation(l, end, i)) {
		const char *s = entry_text(&l[i], is_list, &indent);

		if (!rules_entry(r, s, &node.locks, &function, &is_label))
			continue;
		if (up.locks.n)
			child(r, &l[i], &up, &node.locks, function);
		up = node;
	}
}

size_t rules_tree(struct reader *r, const struct rules_line *l, size_t n, bool is_list,
		  bool is_flat)
{
	struct {
		VEC(struct node);
	} stack = { 0 };
	unsigned deeper, indent;
	size_t end = extent(r, l, n, is_list, &deeper);

	if (end && !deeper && is_flat && is_sure_list(r, l, end, is_list)) {
		flat(r, l, end, is_list);
		return end;
	}
	if (!end || !deeper)
		return 0;
	for (size_t i = 0; i < end;) {
		const char *s = entry_text(&l[i], is_list, &indent), *function;
		struct node node = { .indent = indent };
		bool is_label;

		if (!*rules_skip_space(l[i].s) ||
		    !rules_entry(r, s, &node.locks, &function, &is_label)) {
			i++;
			continue;
		}
		while (stack.n && stack.at[stack.n - 1].indent >= indent)
			stack.n--;
		if (is_heading(&node.locks, is_label, (unsigned)stack.n)) {
			node.locks.n = 0; /* its children are roots */
		} else if (stack.n) {
			child(r, &l[i], &stack.at[stack.n - 1], &node.locks, function);
		}
		vec_push(&stack, node);
		i += continuation(l, n, i);
	}
	vec_free(&stack);
	return end;
}
