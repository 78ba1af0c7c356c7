/* SPDX-License-Identifier: MIT */
/* Chains: A -> B -> C, "lock order: A, B, C", 1) A, 2) B; and the machine forms that are one line.
 */
#include "rules/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- which texts speak of lock order ---- */

struct words {
	const char *w[6];
	size_t n[6];
	unsigned used;
};

static bool window_has(const struct words *k, const char *set)
{
	char low[24];

	for (unsigned i = 0; i < k->used; i++) {
		size_t n = k->n[i] < sizeof(low) ? k->n[i] : sizeof(low) - 1;

		for (size_t j = 0; j < n; j++)
			low[j] = (char)tolower((unsigned char)k->w[i][j]);
		if (rules_inn(low, n, set))
			return true;
	}
	return false;
}

static const char lock_words[] =
	"lock locks locking mutex mutexes spinlock spinlocks acquisition acquired acquire "
	"acquiring taken take semaphores glock";
static const char order_words[] =
	"order orders ordering ordered orderings hierarchy nesting ranking ranks rules";

/* "Leafs", "2. Leaf locks": nothing but these words. */
static bool is_leaf_heading(const char *s)
{
	static const char words[] = "leaf leafs leaves lock locks the and other of";
	bool has_leaf = false;

	for (size_t n; *s; s += n ? n : 1) {
		char low[8];

		for (n = 0; isalpha((unsigned char)s[n]); n++)
			if (n < sizeof(low))
				low[n] = (char)tolower((unsigned char)s[n]);
		if (n && (n > sizeof(low) || !rules_inn(low, n, words)))
			return false;
		has_leaf |= n >= 4 && !memcmp(low, "lea", 3);
	}
	return has_leaf;
}

bool rules_speaks_of_order(const char *s)
{
	struct words k = { 0 };
	size_t looked = 0;

	s = rules_skip_space(s);
	if (!strcasecmp(s, "Ordering:") || !strcasecmp(s, "Order:") || is_leaf_heading(s))
		return true;
	for (const char *p = s; *p && looked < 2000; looked++) {
		size_t n = 0;

		while (isalpha((unsigned char)p[n]))
			n++;
		if (!n) {
			if (strchr(".;", *p) && k.used > 0 && isspace((unsigned char)p[1]))
				k.used = 0; /* the words of one sentence belong together */
			p++;
			continue;
		}
		/* "in order to" is no order, "foo->lock" no word */
		if (!(n == 5 && !strncasecmp(p, "order to", 8)) && p[n] != '_' &&
		    !(p > s && strchr("_>:.", p[-1]))) {
			if (k.used == 6) {
				memmove(k.w, k.w + 1, 5 * sizeof(*k.w));
				memmove(k.n, k.n + 1, 5 * sizeof(*k.n));
				k.used = 5;
			}
			k.w[k.used] = p;
			k.n[k.used++] = n;
			if (window_has(&k, lock_words) && window_has(&k, order_words))
				return true;
		}
		p += n;
	}
	return false;
}

bool rules_says_order(const char *s)
{
	static const char words[] = "order orders ordering orderings ordered rank ranks ranked "
				    "ranking level levels hierarchy hierarchies nesting";

	for (const char *p = s; *p;) {
		size_t n = 0;
		char low[16];

		while (isalpha((unsigned char)p[n]) || p[n] == '_') {
			if (n < sizeof(low))
				low[n] = (char)tolower((unsigned char)p[n]);
			n++;
		}
		if (n && n < sizeof(low) && rules_inn(low, n, words) &&
		    strncasecmp(p, "order to ", 9) != 0)
			return true;
		p += n ? n : 1;
	}
	return rules_direction(s) || strcasestr(s, "taken before") ||
	       strcasestr(s, "acquired before");
}

/* "released in reverse order" says nothing of how they are taken. */
static bool is_about_release(const char *s, const char *at)
{
	size_t back = (size_t)(at - s) < 40 ? (size_t)(at - s) : 40;

	return rules_has(at - back, back, "eleas") || rules_has(at - back, back, "nlock") ||
	       rules_has(at - back, back, "rop");
}

int rules_direction(const char *s)
{
	static const char *const down[] = {
		"higher in",	   "higher rows first",	  "higher row first", "top to bottom",
		"upper first",	   "outermost first",	  "in this order",    "order shown",
		"following order", "lower numbers first", "lowest first",     "lower number first",
		"ascending",	   "from outer to inner", "lower rank first", "lower level first",
	};
	static const char *const up[] = {
		"reverse order",
		"reversed order",
		"bottom to top",
		"lower rows first",
		"lower row first",
		"innermost first",
		"bottom up",
		"descending",
		"from inner to outer",
		"lower in this list is taken before",
		"highest first",
		"higher numbers first",
		"higher number first",
		"higher rank first",
		"higher level first",
		"inner to outer",
		"lower in this list needs to be taken before",
		"lower in the list is taken before",
		"lower in the table is taken before",
		"lower in this table is taken before",
	};

	for (size_t i = 0; i < ARRAY_LEN(up); i++) {
		const char *at = strcasestr(s, up[i]);

		if (at && !is_about_release(s, at))
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(down); i++)
		if (strcasestr(s, down[i]))
			return 1;
	return 0;
}

/* ---- chains ---- */

struct chain {
	struct reader *r;
	const struct tok *t;
	bool has_header;
	bool is_numbered;
};

/* "lock order is:", "locking hierarchy": tokens up to the first entry, 0: none here. */
static unsigned header(const struct tok *t, bool is_announced)
{
	unsigned n = 0;

	if (t[0].type == T_WORD && rules_in(t[0].w, "order orders ordering") &&
	    t[1].type == T_COLON && is_announced)
		return 2; /* "locks must be acquired in this order: ..." */
	if (t[0].type != T_WORD ||
	    !rules_in(t[0].w, "lock locks locking acquisition nesting mutex"))
		return 0;
	if (t[1].type != T_WORD || !rules_in(t[1].w, "order orders ordering hierarchy nesting"))
		return 0;
	for (n = 2; n < 10; n++) {
		if (t[n].type == T_COLON || t[n].type == T_DASH)
			continue;
		if (t[n].type != T_WORD ||
		    !rules_in(t[n].w, "is are should must be always the as follows following here "
				      "for in used this by convention will"))
			break;
	}
	return n;
}

static bool is_entry_word(const struct chain *c, const struct tok *t)
{
	if (t->type != T_WORD || !*t->w)
		return false;
	if (strchr(t->w, '_') || t->is_caps)
		return true;
	return (c->is_numbered || c->r->trust == TRUST_RULE) &&
	       !rules_in(t->w, "and or then before after the a an is are first inside outside must "
			       "can cannot");
}

/* One member: a lock, or alternatives "A or B", "A / B". */
static unsigned member(const struct chain *c, const struct tok *t, struct lock_list *out)
{
	const char *name;
	uint8_t shape;
	unsigned n = t->type == T_NUM, k;

	out->n = 0;
	for (;;) {
		k = rules_one_lock(c->r, t + n, &name, &shape);
		if (!k && is_entry_word(c, &t[n])) {
			name = t[n].orig;
			shape = SHAPE_EXPR;
			k = 1;
		}
		if (!k)
			return out->n ? n - 1 : 0;
		rules_list_add(out, name, shape);
		n += k;
		if (t[n].type != T_SLASH && !(t[n].type == T_WORD && !strcmp(t[n].w, "or")))
			return n;
		n++;
	}
}

/* What stands between members: *n tokens.  False: the chain ends. */
static bool separator(const struct chain *c, const struct tok *t, unsigned *used)
{
	unsigned n = 0;

	*used = 1;
	if (t[0].type == T_ARROW || t[0].type == T_GT)
		return true;
	if (!c->has_header && !c->is_numbered)
		return false;
	if (t[0].type == T_COMMA || t[0].type == T_SEMI)
		n = 1;
	while (n < 3 && t[n].type == T_WORD && rules_in(t[n].w, "and then before"))
		n++;
	*used = n; /* "1. a 2. b": the number alone parts them */
	return n || (t[0].type == T_NUM && c->is_numbered);
}

static bool is_sure(const struct chain *c, const struct lock_list *a, const struct lock_list *b,
		    bool is_arrow)
{
	unsigned locks = 0;

	for (unsigned i = 0; i < a->n; i++)
		locks += a->shape[i] == SHAPE_LOCK;
	for (unsigned i = 0; i < b->n; i++)
		locks += b->shape[i] == SHAPE_LOCK;
	if (c->has_header || c->r->trust == TRUST_RULE)
		return true;
	if (c->r->trust == TRUST_PROSE)
		return is_arrow && locks == a->n + b->n;
	return is_arrow ? locks > 0 : locks == a->n + b->n;
}

/* Links from token i on; returns the token after the chain. */
static unsigned links(struct chain *c, unsigned i)
{
	struct lock_list a, b;
	unsigned n;

	c->is_numbered = c->t[i].type == T_NUM && c->has_header;
	n = member(c, c->t + i, &a);
	if (!n)
		return i + 1;
	i += n;
	for (unsigned sep; separator(c, c->t + i, &sep); i += sep + n, a = b) {
		bool is_arrow = c->t[i].type == T_ARROW;

		n = member(c, c->t + i + sep, &b);
		if (!n || !is_sure(c, &a, &b, is_arrow))
			return i + sep;
		if (!is_arrow && c->t[i].type != T_GT && rules_starts_clause(c->t + i + sep + n))
			return i + sep; /* "lock order: A, B is ..." */
		for (unsigned k = 0; k < a.n; k++)
			for (unsigned m = 0; m < b.n; m++)
				rules_order(c->r, a.name[k], b.name[m], NULL);
	}
	return i;
}

/* 1) with a 2) behind it */
static bool is_list_start(const struct reader *r, const struct toks *t, unsigned i)
{
	if (t->at[i].type != T_NUM || r->whole[t->at[i].from] != '1')
		return false;
	for (unsigned k = i + 2; k < t->n && k < i + 12; k++)
		if (t->at[k].type == T_NUM)
			return r->whole[t->at[k].from] == '2';
	return false;
}

/* "this results in a lock order of B then A, and can deadlock": an order that shall not be. */
static bool is_deplored(const struct toks *t)
{
	static const char words[] =
		"deadlock deadlocks deadlocking would inversion inverted inverts violate violates "
		"violating reverse reversed wrong opposite conflicts conflict abba";

	for (size_t i = 0; i < t->n && i < 400; i++)
		if (t->at[i].type == T_WORD && rules_in(t->at[i].w, words))
			return true;
	return false;
}

unsigned rules_chain(struct reader *r, const struct toks *t)
{
	struct chain c = { .r = r, .t = t->at };
	unsigned before = r->emitted, first = 0;

	bool is_announced = rules_speaks_of_order(r->whole);

	if (r->trust != TRUST_RULE && is_deplored(t))
		return 0;
	for (unsigned i = 0; i + 1 < t->n;) {
		unsigned n = i + 2 < t->n ? header(t->at + i, is_announced) : 0;

		/* "1) a, 2) b" in a rule or an ordering section */
		bool is_numbered = r->trust != TRUST_PROSE && is_list_start(r, t, i);

		c.has_header = n > 0 || is_numbered;
		if ((n || is_numbered) && i + n < t->n) {
			unsigned at = i;

			i = links(&c, i + n);
			if (!first && r->emitted > before)
				first = at + 1;
			continue;
		}
		/* without a header only arrows make a chain: look for one behind a name */
		if (t->at[i].type == T_ARROW || t->at[i].type == T_GT) {
			unsigned from = i;

			while (from && t->at[from - 1].type == T_WORD && i - from < 3)
				from--;
			if (from == i || (from && t->at[from - 1].type == T_LOCK))
				from -= from > 0;
			while (from < i) {
				unsigned to = links(&c, from);

				if (r->emitted > before && to > i) {
					first = first ? first : from + 1;
					i = to - 1;
					break;
				}
				from++;
			}
		}
		i++;
	}
	return first;
}

/* ---- one line, made by machines ---- */

static const char *quoted_after(struct reader *r, const char *s, const char *word)
{
	const char *p = strstr(s, word), *q;

	if (!p)
		return NULL;
	p = rules_skip_space(p + strlen(word));
	q = *p == '"' ? strchr(p + 1, '"') : NULL;
	return q ? rules_strn(r, p + 1, (size_t)(q - p - 1)) : NULL;
}

/* ARC FROM "a" TO "b" [OP "R"] */
static bool arc(struct reader *r, const struct rules_line *l)
{
	const char *s = rules_skip_space(l->s), *from, *to;

	if (!str_starts(s, "ARC ") && !str_starts(s, "ARC\t"))
		return false;
	from = quoted_after(r, s, "FROM ");
	to = quoted_after(r, s, " TO ");
	if (!from || !to)
		return false;
	rules_sentence_begin(r, s, l->no, l->no, l->side);
	rules_order(r, from, to, NULL);
	rules_sentence_end(r);
	return true;
}

/* "-> #1 (&a->lock){+.+.}-{3:3}:" of a lockdep report: #1 was taken with #0 held, #2 with #1. */
static bool report_line(struct reader *r, const struct rules_line *l)
{
	const char *s = strstr(l->s, "-> #"), *open, *name;
	unsigned no = 0, depth = 0;
	size_t n = 0;

	if (!s || !isdigit((unsigned char)s[4]))
		return false;
	for (s += 4; isdigit((unsigned char)*s) && no < 1000; s++)
		no = no * 10 + (unsigned)(*s - '0');
	open = rules_skip_space(s);
	if (*open != '(')
		return false;
	do {
		depth += open[n] == '(';
		depth -= open[n] == ')';
	} while (open[n] && open[n++] && depth);
	if (depth)
		return false;
	name = rules_lock_name(r, open + 1, n - 2);
	name = rules_strn(r, name, strcspn(name, "#/")); /* without instance and subclass */
	rules_sentence_begin(r, rules_skip_space(l->s), l->no, l->no, l->side);
	if (r->chain_name && r->chain_no == no + 1 && *name)
		rules_order(r, name, r->chain_name, NULL);
	rules_sentence_end(r);
	r->chain_name = *name ? name : NULL;
	r->chain_no = no;
	return true;
}

bool rules_machine_line(struct reader *r, const struct rules_line *l)
{
	if (report_line(r, l))
		return true;
	return arc(r, l) || rules_context_decl(r, l);
}

/* locklore: context "MMU notifiers" = struct mmu_notifier_ops[.member] */
bool rules_context_decl(struct reader *r, const struct rules_line *l)
{
	struct rules_document *doc = &r->doc->pub;
	const char *s = strstr(l->s, "locklore: context "), *words, *p;
	struct rules_context_decl *d;
	size_t n;

	if (!s)
		return false;
	words = quoted_after(r, s, "context ");
	p = strchr(s, '=');
	if (!words || !p) {
		rules_note(r, l->no,
			   "a context is declared so: locklore: context \"MMU notifiers\" = struct "
			   "mmu_notifier_ops");
		return true;
	}
	p = rules_skip_space(p + 1);
	if (str_starts(p, "struct "))
		p = rules_skip_space(p + 7);
	for (n = 0; isalnum((unsigned char)p[n]) || p[n] == '_';)
		n++;
	d = vec_add(&doc->contexts);
	d->words = (char *)words;
	d->owner = rules_strn(r, p, n);
	d->line = l->no;
	p += n;
	if (*p == '.' || str_starts(p, "::")) {
		p += *p == '.' ? 1 : 2;
		d->member = rules_strn(r, p, strcspn(p, " \t*-"));
	}
	return true;
}
