/* SPDX-License-Identifier: MIT */
/* Rows of patterns.c against the tokens of a sentence. */
#include "rules/internal.h"

#include <string.h>

struct attempt {
	struct reader *r;
	const struct tok *t;
	unsigned start, n;
	struct capture *c;
	const struct row *row;
};

/* "nested inside B", said of what stands beside the comment */
static const char elided_verbs[] = "nested nest taken acquired protected guarded serialized";

static bool ends_clause(const struct tok *t)
{
	return t->type == T_END || t->type == T_STOP || t->type == T_SEMI || t->type == T_COMMA ||
	       t->type == T_COLON || t->type == T_DASH ||
	       (t->type == T_WORD && rules_in(t->w, "so therefore hence thus and but"));
}

static bool begins_clause(const struct tok *t, unsigned i)
{
	const struct tok *b = t + i - 1;

	if (!i)
		return true;
	return b->type == T_COMMA || b->type == T_SEMI || b->type == T_COLON || b->type == T_DASH ||
	       b->type == T_STOP || b->type == T_NUM ||
	       (b->type == T_WORD &&
		rules_in(b->w,
			 "so therefore hence thus and but while whereas because since that as"));
}

/* One alternative, "@class" or a word, of length n at w. */
static unsigned alternative(const struct tok *t, const char *w, size_t n)
{
	char name[16];

	if (*w == '@') {
		const char *words;
		unsigned used = 0;

		memcpy(name, w + 1, n - 1 < sizeof(name) ? n - 1 : sizeof(name) - 1);
		name[n - 1 < sizeof(name) ? n - 1 : sizeof(name) - 1] = '\0';
		words = rules_word_class(name);
		if (!words)
			BUG("no word class %s", name);
		if (!strcmp(name, "in") && t->type == T_WORD && !strcmp(t->w, "from"))
			used++;
		if (!strcmp(name, "out") && t->type == T_WORD && rules_in(t->w, "prior ahead") &&
		    t[1].type == T_WORD && rules_in(t[1].w, "to of"))
			return 2;
		if (t[used].type != T_WORD || !rules_in(t[used].w, words))
			return 0;
		used++;
		if (rules_in(name, "in out") && t[used].type == T_WORD && !strcmp(t[used].w, "of"))
			used++;
		return used;
	}
	if (n == 1 && *w == ':')
		return t->type == T_COLON;
	return t->type == T_WORD && strlen(t->w) == n && !memcmp(t->w, w, n);
}

static unsigned alternatives(const struct tok *t, const char *el, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		unsigned used;

		while (i + k < n && el[i + k] != '|')
			k++;
		used = alternative(t, el + i, k);
		if (used)
			return used;
		i += k + 1;
	}
	return 0;
}

/* The subject, said or left out. */
/* "A is taken inside B, and outside C": what comes after "and" is about A. */
static bool goes_on(const struct tok *t, unsigned i)
{
	return i && t[i].type == T_WORD && rules_in(t[i].w, "inside outside within") &&
	       t[i - 1].type == T_WORD && rules_in(t[i - 1].w, "and but");
}

static bool subject(struct attempt *a, unsigned *i)
{
	const struct tok *t = a->t;
	struct reader *r = a->r;
	unsigned n = rules_locks(r, t + *i, false, &a->c->a);

	if (n) {
		*i += n;
		if ((t[*i].type == T_COLON || t[*i].type == T_DASH) &&
		    rules_starts_clause(&t[*i + 1]))
			++*i;
		return true;
	}
	if (*i != a->start || (!rules_starts_clause(&t[*i]) &&
			       !rules_in(t[*i].w, elided_verbs) && !goes_on(t, *i)))
		return false;
	if (r->mem.has_subject && *i &&
	    ((t[*i - 1].type == T_WORD && rules_in(t[*i - 1].w, "and but or then")) ||
	     t[*i - 1].type == T_COMMA))
		a->c->a = r->mem.subject;
	else if (r->scope.decl && (!*i || t[*i - 1].type == T_STOP || t[*i - 1].type == T_COLON ||
				   t[*i - 1].type == T_COMMA))
		rules_list_add(&a->c->a, r->scope.decl, SHAPE_LOCK);
	a->c->is_elided = true;
	return a->c->a.n > 0;
}

static bool wait_word(struct attempt *a, unsigned *i)
{
	const struct tok *t = a->t;
	unsigned n = 0;

	while (n < 2 && t[*i + n].type == T_WORD &&
	       rules_in(t[*i + n].w, "the a an any all calls call to of calling"))
		n++;
	if (t[*i + n].type != T_WAIT)
		return false;
	a->c->wait = t[*i + n].w;
	a->c->domain = t[*i + n].arg;
	*i += n + 1;
	return true;
}

static bool function_word(struct attempt *a, unsigned *i)
{
	const struct tok *t = a->t + *i;
	const struct rules_scope *s = &a->r->scope;

	if (t->type == T_FUNC || (t->type == T_LOCK && strchr(t->orig, '('))) {
		a->c->function = t->type == T_FUNC
					 ? t->w
					 : rules_lock_name(a->r, t->orig, strcspn(t->orig, "("));
		++*i;
		return true;
	}
	if (a->r->trust == TRUST_RULE && t->type == T_WORD && strchr(t->w, '_')) {
		a->c->function = t->orig;
		++*i;
		return true;
	}
	if (!s->function)
		return false;
	a->c->function = s->function;
	if (t->type == T_WORD && !strcmp(t->w, "this") && t[1].type == T_WORD &&
	    !strcmp(t[1].w, "function")) {
		*i += 2;
		return true;
	}
	if (t->type == T_WORD && rules_in(t->w, "we it")) {
		++*i;
		return true;
	}
	return *i == a->start &&
	       begins_clause(a->t, *i); /* "called with A held", said of the function here */
}

static bool context_words(struct attempt *a, unsigned *i)
{
	unsigned from = *i, n = 0;

	if (!begins_clause(a->t, from))
		return false;
	while (n < 10 && (a->t[from + n].type == T_WORD || a->t[from + n].type == T_FUNC) &&
	       !(rules_starts_clause(&a->t[from + n]) &&
		 !rules_in(a->t[from + n].w, "all each either both")))
		n++;
	while (n && a->t[from].type == T_WORD &&
	       rules_in(a->t[from].w, "the a an any all so then therefore thus hence and that"))
		from++, n--;
	if (!n || (a->t[from].type == T_WORD &&
		   rules_in(a->t[from].w, "we you it they one i this these which who if when "
					  "caller callers first always never")))
		return false;
	a->c->c_from = from;
	a->c->c_to = *i = from + n;
	return true;
}

static bool next_clause(const struct tok *t)
{
	if (t->type != T_WORD)
		return false;
	if (rules_in(t->w, "and but")) {
		unsigned n = t[1].type == T_WORD && rules_in(t[1].w, "the a") ? 2 : 1;

		return (t[n].type == T_LOCK || t[n].type == T_WAIT) &&
		       rules_starts_clause(&t[n + 1]);
	}
	return rules_in(t->w, "so therefore thus hence while whereas");
}

static void rest_of_clause(struct attempt *a, unsigned *i)
{
	a->c->x_from = *i;
	while (a->t[*i].type != T_END && a->t[*i].type != T_STOP && a->t[*i].type != T_SEMI &&
	       !(a->t[*i].type == T_COMMA && next_clause(&a->t[*i + 1])))
		++*i;
	a->c->x_to = *i;
}

static bool active_modal(struct attempt *a, unsigned *i)
{
	unsigned n = 0;
	struct modal m;

	while (n < 3 && a->t[*i + n].type == T_WORD &&
	       rules_in(a->t[*i + n].w, "we you one please code callers"))
		n++;
	m = rules_modal(a->t + *i + n);
	if (*i == a->start && *i && !m.n) {
		const struct tok *b = &a->t[*i - 1];

		if (b->type == T_WORD &&
		    (rules_in(b->w, "to not or can may might could never") ||
		     rules_in(b->w, "would should must cannot who which lock")))
			return false;
	}
	a->c->mod = m;
	*i += n + m.n;
	return true;
}

/* "any lock", "no other lock": said of callers, "*" stands for it; *no for none. */
static unsigned any_lock(const struct tok *t, struct lock_list *out)
{
	unsigned n = 0;
	bool is_no = false;

	while (n < 3 && t[n].type == T_WORD && rules_in(t[n].w, "no any other further a"))
		is_no |= !strcmp(t[n++].w, "no");
	if (!n || t[n].type != T_WORD || !rules_in(t[n].w, "lock locks mutex mutexes"))
		return 0;
	if (n == 1 && !strcmp(t[0].w, "a"))
		return 0;
	rules_list_add(out, is_no ? "*no" : "*", SHAPE_LOCK);
	return n + 1;
}

static unsigned object(struct attempt *a, unsigned i)
{
	if (a->row->action == ACT_WITH || a->row->action == ACT_WITHOUT) {
		unsigned n = any_lock(a->t + i, &a->c->b);

		if (n)
			return n;
	}
	return rules_locks(a->r, a->t + i, true, &a->c->b);
}

static bool match(struct attempt *a, const char *p, unsigned i);

/* One element of length n; the rest of the row follows. */
static bool element(struct attempt *a, const char *p, size_t n, const char *rest, unsigned i)
{
	struct capture saved = *a->c;
	unsigned used = 0;
	bool ok = true;

	if (n == 2 && *p == '$')
		switch (p[1]) {
		case 'A': ok = subject(a, &i); break;
		case 'B':
			used = object(a, i);
			ok = used;
			break;
		case 'U': {
			const char *name;
			uint8_t shape;

			used = rules_one_lock(a->r, a->t + i, &name, &shape);
			ok = used;
			if (ok && a->c->b.n == 0)
				rules_list_add(&a->c->b, name, shape);
			break;
		}
		case 'W': ok = wait_word(a, &i); break;
		case 'F': ok = function_word(a, &i); break;
		case 'G':
			ok = a->t[i].type == T_FUNC || a->t[i].type == T_LOCK;
			used = ok;
			break;
		case 'C': ok = context_words(a, &i); break;
		default: rest_of_clause(a, &i); ok = a->c->x_to > a->c->x_from;
		}
	else if (n == 3 && !memcmp(p, "MOD", 3))
		a->c->mod = rules_modal(a->t + i), used = a->c->mod.n;
	else if (n == 4 && !memcmp(p, "IMOD", 4))
		ok = active_modal(a, &i);
	else if (n == 3 && !memcmp(p, "END", 3))
		ok = ends_clause(a->t + i);
	else if (n == 5 && !memcmp(p, "COMMA", 5))
		used = a->t[i].type == T_COMMA, ok = used;
	else if (n == 5 && !memcmp(p, "COLON", 5))
		used = a->t[i].type == T_COLON || a->t[i].type == T_DASH, ok = used;
	else
		used = alternatives(a->t + i, p, n), ok = used;
	if (ok && match(a, rest, i + used))
		return true;
	*a->c = saved;
	return false;
}

static bool match(struct attempt *a, const char *p, unsigned i)
{
	size_t n = strcspn(p, " ");
	const char *rest = p + n + (p[n] == ' ');

	if (!*p) {
		a->c->end = i;
		return true;
	}
	if (i >= a->n)
		return false;
	if (*p == '?')
		return element(a, p + 1, n - 1, rest, i) || match(a, rest, i);
	return element(a, p, n, rest, i);
}

/* Can the row start here at all?  Spares most of the attempts. */
static bool may_start(const struct reader *r, const struct row *row, const struct tok *t,
		      bool has_subject)
{
	const char *p = row->pattern;

	if ((row->flags & ROW_AGAIN) && r->mem.relation != ACT_WITH &&
	    r->mem.relation != ACT_WITHOUT)
		return false;
	if (((row->flags & ROW_RULE) && r->trust != TRUST_RULE) ||
	    ((row->flags & ROW_ORDERING) && r->trust == TRUST_PROSE))
		return false;
	if (p[0] == '$' && p[1] == 'A')
		return has_subject;
	if (p[0] == '@' || (p[0] >= 'a' && p[0] <= 'z'))
		return t->type == T_WORD && alternatives(t, p, strcspn(p, " "));
	return true;
}

const struct row *rules_match(struct reader *r, const struct toks *t, unsigned i,
			      struct capture *best)
{
	const struct row *found = NULL;
	struct lock_list list;
	bool has_subject = rules_locks(r, t->at + i, false, &list) ||
			   rules_starts_clause(t->at + i) ||
			   (t->at[i].type == T_WORD && rules_in(t->at[i].w, elided_verbs)) ||
			   goes_on(t->at, i);

	for (size_t k = 0; k < rules_n_rows; k++) {
		const struct row *row = &rules_rows[k];
		struct capture c = { 0 };
		struct attempt a = {
			.r = r, .t = t->at, .start = i, .n = (unsigned)t->n, .c = &c, .row = row
		};

		if (!may_start(r, row, t->at + i, has_subject) || !match(&a, row->pattern, i))
			continue;
		/* "the shrinker must not take A" needs nothing */
		if (row->action == ACT_NEEDS && !(row->flags & ROW_NEG) &&
		    (c.mod.pol == POL_NO || !(c.mod.is_must || c.mod.is_only)))
			continue;
		bool is_loose = strstr(row->pattern, "$X"),
		     was_loose = found && strstr(found->pattern, "$X");

		if (!found || (was_loose && !is_loose) ||
		    (was_loose == is_loose && c.end > best->end)) {
			found = row;
			*best = c;
		}
	}
	return found;
}
