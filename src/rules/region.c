/* SPDX-License-Identifier: MIT */
/*
 * Blocks to statements, with the one question that needs the whole: which of them speak of lock
 * order?  A heading does for all below it, a paragraph that ends in ':' for the lists and trees
 * that follow, a comment from its title on.
 */
#include "rules/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct place {
	struct reader *r;
	const struct rules_region *g;
	struct blocks b;
	size_t at;	     /* block */
	unsigned level;	     /* of the heading that speaks of order, 0: none */
	bool is_order_below; /* from here to the end of the comment */
	bool is_introduced;  /* the paragraph above announces an order */
	const char *intro;   /* that paragraph's text, or the last one's */
	const char *heading;
	const char *heading_lock;
	unsigned label_indent;
};

static const struct rules_line *block_lines(const struct place *p, const struct block *b)
{
	return p->b.lines.at + b->first;
}

static bool is_ordered(const struct place *p)
{
	return p->g->is_ordering || p->level || p->is_order_below || p->is_introduced;
}

static void set_trust(struct place *p, bool is_order)
{
	if (p->g->format == RULES_PLAIN_RULE)
		p->r->trust = TRUST_RULE;
	else
		p->r->trust = is_order ? TRUST_ORDERING : TRUST_PROSE;
}

static const char *joined(struct place *p, const struct rules_line *l, size_t n)
{
	struct text t = { 0 };
	const char *s;

	for (size_t i = 0; i < n; i++)
		text_add(&t, &l[i], l[i].s);
	s = rules_str(p->r, t.buf.n ? t.buf.at : "");
	text_free(&t);
	return s;
}

/* ---- headings and labels ---- */

static void read_heading(struct place *p, const struct block *b)
{
	const char *s = block_lines(p, b)->s, *name;
	struct toks t = { 0 };

	if (p->level && b->level <= p->level)
		p->level = 0;
	if (!p->level && rules_speaks_of_order(s))
		p->level = b->level;
	p->is_introduced = false;
	p->r->section = NULL;
	rules_words(p->r, s + strspn(s, "# "), &t);
	name = t.n >= 2 && t.at[0].type == T_LOCK && t.at[1].type == T_END ? t.at[0].w : NULL;
	p->heading = s;
	p->heading_lock = name;
	vec_free(&t);
	if (!p->intro || rules_direction(s))
		p->intro = s;
}

/* "On x86:", "For arm64:", "With CONFIG_FOO:" */
static const char *label_of(struct place *p, const char *s)
{
	static const char archs[] =
		"x86 x86_64 i386 arm arm64 aarch64 arm32 powerpc ppc ppc64 s390 s390x riscv mips "
		"loongarch sparc sparc64 alpha ia64 parisc m68k xtensa arc csky hexagon um";
	size_t n = strcspn(s, " "), m;
	bool is_for = rules_inn(s, n, "For In for in");

	if (!is_for && !rules_inn(s, n, "On With Under on"))
		return NULL;
	s = rules_skip_space(s + n);
	m = strcspn(s, ":");
	if (s[m] != ':' || strspn(s + m, ":") != strlen(s + m) || m > 40 || !m)
		return NULL;
	if (is_for && !rules_inn(s, m, archs) && !str_starts(s, "CONFIG_"))
		return NULL;
	if (!is_for && memchr(s, ' ', m) && !rules_inn(s, strcspn(s, " "), archs))
		return NULL;
	return rules_strn(p->r, s, m);
}

/* ---- lists, trees, tables ---- */

/* The paragraph behind may say which end is the outer one. */
static int direction(struct place *p, size_t next)
{
	int d = p->intro ? rules_direction(p->intro) : 0;

	while (next < p->b.list.n && p->b.list.at[next].kind == BLOCK_LITERAL)
		next++;
	if (!d && next < p->b.list.n && p->b.list.at[next].kind == BLOCK_TEXT)
		d = rules_direction(
			joined(p, block_lines(p, &p->b.list.at[next]), p->b.list.at[next].n));
	return d;
}

/* The name an item begins with; a numbered one may be plain words. */
static bool item_locks(struct place *p, const struct block *b, bool is_said, struct lock_list *out)
{
	const struct rules_line *l = block_lines(p, b);
	const char *s = rules_skip_space(l->s), *function;
	bool is_numbered, is_label;
	size_t n, words = 1;

	s += rules_marker(s, &is_numbered);
	s += strspn(s, "*`");
	if (rules_entry(p->r, s, out, &function, &is_label)) {
		/* a list of calls is none of locks; one that nobody called an order has to be of
		 * plain locks */
		return is_said ? out->shape[0] != SHAPE_WORD || s[strcspn(s, "( \t")] != '('
			       : out->shape[0] == SHAPE_LOCK;
	}
	if (!is_numbered || !is_said)
		return false;
	n = strcspn(s, "(:,;");
	for (size_t i = 0; i + 1 < n; i++) {
		if (s[i] == ' ' && (s[i + 1] == '-' || s[i + 1] == ' '))
			n = i;
		else
			words += s[i] == ' ';
	}
	while (n && strchr(" .*`", s[n - 1]))
		n--;
	if (!n || words > 3)
		return false;
	out->n = 0;
	rules_list_add(out, rules_lock_name(p->r, s, n), SHAPE_EXPR);
	return true;
}

/* Items first .. last, each the name of a lock: neighbours are ordered. */
static bool read_ranks(struct place *p, size_t first, size_t last)
{
	struct lock_list a = { 0 }, b;
	int d = direction(p, last);
	bool is_said = d || (p->intro && rules_speaks_of_order(p->intro) &&
			     rules_says_order(p->intro));

	if (last - first < 2 || (!is_said && !p->b.list.at[first].is_numbered))
		return false;
	for (size_t i = first; i < last; i++)
		if (p->b.list.at[i].kind == BLOCK_ITEM &&
		    !item_locks(p, &p->b.list.at[i], is_said, &b))
			return false;
	for (size_t i = first; i < last; i++) {
		const struct block *k = &p->b.list.at[i];
		const struct rules_line *l = block_lines(p, k);

		if (k->kind != BLOCK_ITEM)
			continue;
		item_locks(p, k, is_said, &b);
		rules_sentence_begin(p->r, joined(p, l, k->n), l->no, l[k->n - 1].no, l->side);
		for (unsigned x = 0; x < a.n; x++)
			for (unsigned y = 0; y < b.n; y++)
				rules_order(p->r, d < 0 ? b.name[y] : a.name[x],
					    d < 0 ? a.name[x] : b.name[y], NULL);
		rules_sentence_end(p->r);
		a = b;
	}
	return true;
}

/* Does block b belong to the list that begins with item a? */
static bool continues(const struct block *a, const struct block *b)
{
	if (b->indent > a->indent)
		return b->kind == BLOCK_ITEM || b->kind == BLOCK_TEXT;
	return b->kind == BLOCK_ITEM && b->is_numbered == a->is_numbered;
}

/* A run of items: a nested list is a tree, a flat one of names a ranking. */
static bool read_list(struct place *p)
{
	const struct block *list = p->b.list.at;
	size_t last = p->at, lines = 0;

	while (last < p->b.list.n && continues(&list[p->at], &list[last])) {
		lines += list[last].n;
		last++;
	}
	if (rules_tree(p->r, block_lines(p, &list[p->at]), lines, true, false) ||
	    read_ranks(p, p->at, last)) {
		p->at = last;
		return true;
	}
	return false;
}

static bool is_broken_intro(const char *s)
{
	static const char *const words[] = { "broken",	    "is wrong",	   "deadlock",	"forbidden",
					     "not allowed", "illegal",	   "incorrect", "never do",
					     "is a bug",    "must not do", "don't do" };
	const char *tail = s;

	for (const char *q = s; q && *q; q = strstr(q + 1, ". "))
		tail = q; /* its last sentence introduces the block */
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(tail, words[i]))
			return true;
	return false;
}

static void read_literal(struct place *p, const struct block *b)
{
	const struct rules_line *l = block_lines(p, b);
	size_t n = b->n, used;

	while (n && !*rules_skip_space(l[n - 1].s))
		n--;
	if (!n || !is_ordered(p))
		return;
	set_trust(p, true);
	if (p->intro && is_broken_intro(p->intro)) {
		rules_sentence_begin(p->r, joined(p, l, n), l->no, l[n - 1].no, l->side);
		rules_emit(p->r, RULES_BROKEN, NULL, NULL)->context = (char *)joined(p, l, n);
		rules_sentence_end(p->r);
		return;
	}
	for (size_t i = 0; i < n; i += used) {
		struct toks t = { 0 };
		bool is_said =
			p->intro && str_ends(p->intro, ":") && rules_speaks_of_order(p->intro);

		used = rules_tree(p->r, l + i, n - i, false, is_said && !i);
		if (used)
			continue;
		used = 1;
		rules_sentence_begin(p->r, rules_skip_space(l[i].s), l[i].no, l[i].no, l[i].side);
		rules_words(p->r, l[i].s, &t);
		if (!strpbrk(l[i].s, ";="))
			rules_chain(p->r, &t);
		rules_sentence_end(p->r);
		vec_free(&t);
	}
}

static void read_table(struct place *p, const struct block *b)
{
	const struct rules_line *l = block_lines(p, b);
	bool is_said = (p->intro && rules_says_order(p->intro)) ||
		       (p->heading && rules_says_order(p->heading));

	if (!is_ordered(p) && !(p->intro && rules_direction(p->intro)))
		return;
	set_trust(p, true);
	if (b->is_numbered)
		rules_columns(p->r, l, b->n, direction(p, p->at + 1), is_said);
	else
		rules_table(p->r, l, b->n, direction(p, p->at + 1), is_said);
}

/* ---- reference fields ---- */

/* "- a - b." is "a, b" */
static char *phrase(struct place *p, const char *s, size_t n)
{
	struct buf b = { 0 };
	char *out;

	while (n && s[n - 1] == '.')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (i + 2 < n && !memcmp(s + i, " - ", 3)) {
			buf_add(&b, ", ");
			i += 2;
		} else {
			buf_addc(&b, s[i]);
		}
	}
	out = rules_str(p->r, buf_str(&b));
	buf_free(&b);
	return out;
}

static void read_field(struct place *p, const struct block *b)
{
	const struct rules_line *l = block_lines(p, b);
	const char *s = joined(p, l, b->n), *text, *held;
	const char *decl = p->r->scope.decl;

	if (!p->heading_lock)
		return;
	text = rules_skip_space(strchr(s + 1, ':') + 1);
	if (str_starts(s, ":Protects:")) {
		rules_sentence_begin(p->r, s, l->no, l[b->n - 1].no, l->side);
		text += strspn(text, "- ");
		rules_emit(p->r, RULES_PROTECTS, p->heading_lock, NULL)->context =
			phrase(p, text, strlen(text));
		rules_sentence_end(p->r);
	} else if (str_starts(s, ":Comment:")) {
		held = strstr(text, "must be held ");
		set_trust(p, false);
		p->r->scope.decl = p->heading_lock;
		if (held) { /* "... must be held while": what it is held for */
			const char *what = held + strlen("must be held ");

			rules_sentence_begin(p->r, s, l->no, l[b->n - 1].no, l->side);
			if (str_starts(what, "while "))
				what += 6;
			rules_emit(p->r, RULES_PROTECTS, p->heading_lock, NULL)->context =
				phrase(p, what, text_sentence(what, 0));
			rules_sentence_end(p->r);
		}
		p->r->scope.decl = decl;
	}
}

/* ---- paragraphs ---- */

static bool is_title(const struct rules_line *l, size_t n)
{
	size_t words = 1, len = strlen(l->s);

	for (const char *q = rules_skip_space(l->s); *q; q++)
		words += *q == ' ';
	return rules_speaks_of_order(l->s) &&
	       (str_ends(l->s, ":") || (n == 1 && words <= 8 && len && l->s[len - 1] != '.'));
}

static void read_sentences(struct place *p, const struct block *b, size_t from, size_t to);

/* Rules that are given as such stand one on a line. */
static void read_rules(struct place *p, const struct block *b, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		read_sentences(p, b, i, i + 1);
}

static void read_sentences(struct place *p, const struct block *b, size_t from, size_t to)
{
	const struct rules_line *l = block_lines(p, b);
	struct text t = { 0 };
	bool is_numbered;

	if (p->g->format == RULES_PLAIN_RULE && to - from > 1) {
		read_rules(p, b, from, to);
		return;
	}
	for (size_t i = from; i < to; i++) {
		const char *s = rules_skip_space(l[i].s);

		if (i == 0 && b->kind == BLOCK_ITEM)
			s += rules_marker(s, &is_numbered);
		text_add(&t, &l[i], s);
	}
	if (p->g->format == RULES_PLAIN_RULE &&
	    (str_starts(buf_str(&t.buf), "note: ") || str_starts(buf_str(&t.buf), "broken: ")))
		rules_sentence(p->r, buf_str(&t.buf), l[from].no, l[to - 1].no, l[from].side);
	else
		text_read(p->r, &t);
	text_free(&t);
}

/* Text with trees in it: both are read, in their order. */
static void read_mixed(struct place *p, const struct block *b, const char *intro)
{
	const struct rules_line *l = block_lines(p, b);
	size_t from = 0;

	for (size_t i = 0; i < b->n;) {
		const char *above = i ? l[i - 1].s : intro;
		bool is_said = above && str_ends(above, ":") && rules_speaks_of_order(above);
		size_t used = 0;

		if (is_ordered(p) && b->n - i >= 2)
			used = rules_tree(p->r, l + i, b->n - i, false, is_said);

		if (!used && rules_machine_line(p->r, &l[i]))
			used = 1;
		if (!used) {
			if (p->g->is_comment && is_title(&l[i], b->n))
				p->is_order_below = true;
			else if (str_ends(l[i].s, ":") && rules_speaks_of_order(l[i].s))
				p->is_introduced = true;
			i++;
			continue;
		}
		read_sentences(p, b, from, i);
		i += used;
		from = i;
	}
	read_sentences(p, b, from, b->n);
}

/* "For SRCU:", "a_lock vs b_lock:": it heads what follows and says nothing itself. */
static bool is_caption(size_t lines, const char *s)
{
	size_t words = 1;

	for (const char *q = s; *q; q++) {
		words += *q == ' ';
		if (*q == ' ' && rules_inn(q + 1, strcspn(q + 1, " :"),
					   "is are must take taken nests before after outside "
					   "inside -> should can"))
			return false;
	}
	return lines == 1 && words <= 5 && str_ends(s, ":") && !rules_speaks_of_order(s) &&
	       !rules_direction(s);
}

/* A tree at the left margin, under its title? */
static bool is_entry(struct place *p, const struct block *b)
{
	struct lock_list locks;
	const char *function;
	bool is_label;

	return b->n > 1 && rules_entry(p->r, rules_skip_space(block_lines(p, b)->s), &locks,
				       &function, &is_label);
}

static void read_text(struct place *p, const struct block *b)
{
	const char *s = joined(p, block_lines(p, b), b->n), *label = label_of(p, s);
	bool is_order = rules_speaks_of_order(s);
	size_t n = strlen(s);

	if (!label && is_caption(b->n, s)) {
		p->intro = s;
		return;
	}
	memset(&p->r->mem.subject, 0, sizeof(p->r->mem.subject));
	if (label) {
		p->r->section = label;
		p->label_indent = b->indent;
		return;
	}
	if (b->kind == BLOCK_TEXT) {
		/* a paragraph of its own ends what the one before it announced */
		if (p->r->section && b->indent <= p->label_indent)
			p->r->section = NULL;
		if (!is_order && b->indent == 0 && !str_ends(s, ":") && !is_entry(p, b))
			p->is_introduced = false;
		if (is_order ? s[n - 1] == ':' || rules_direction(s)
			     : s[n - 1] == ':' && rules_direction(s))
			p->is_introduced = true;
		if (p->g->is_comment && is_order &&
		    (s[n - 1] == ':' || is_title(block_lines(p, b), b->n)))
			p->is_order_below = true;
	}
	set_trust(p, is_ordered(p) || is_order);
	read_mixed(p, b, p->intro);
	p->intro = s;
}

/* "struct foo - what it is": kernel-doc names the owner of the members that follow. */
static void kernel_doc(struct place *p, const struct rules_line *l)
{
	const char *s = rules_skip_space(l->s);
	size_t n = 0;

	if (!p->g->is_comment || !str_starts(s, "struct "))
		return;
	s = rules_skip_space(s + 7);
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	if (n && str_starts(rules_skip_space(s + n), "-"))
		p->r->scope.owner = rules_strn(p->r, s, n);
}

void rules_read_region(struct reader *r, struct rules_region *g)
{
	struct place p = { .r = r, .g = g };
	struct rules_scope scope = r->scope;

	r->is_comment = g->is_comment;
	r->scope = g->scope;
	r->region_sentence = r->next_sentence;
	r->section = NULL;
	memset(&r->mem, 0, sizeof(r->mem));
	rules_blocks(r, g, &p.b);
	while (p.at < p.b.list.n) {
		const struct block *b = &p.b.list.at[p.at];

		switch ((enum block_kind)b->kind) {
		case BLOCK_HEADING: read_heading(&p, b); break;
		case BLOCK_LITERAL: read_literal(&p, b); break;
		case BLOCK_TABLE: read_table(&p, b); break;
		case BLOCK_FIELD: read_field(&p, b); break;
		case BLOCK_ITEM:
			set_trust(&p, is_ordered(&p));
			if (is_ordered(&p) && read_list(&p))
				continue;
			read_text(&p, b);
			break;
		case BLOCK_TEXT:
			kernel_doc(&p, block_lines(&p, b));
			read_text(&p, b);
			break;
		}
		p.at++;
	}
	rules_blocks_free(&p.b);
	r->scope = scope;
	r->section = NULL;
}
