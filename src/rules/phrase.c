/* SPDX-License-Identifier: MIT */
/* The parts that sentence forms are made of: modal verbs, and lists of locks with their pronouns.
 */
#include "rules/internal.h"

#include <ctype.h>
#include <string.h>

static const char be_words[] =
	"is are be being been gets get isn't aren't do does don't doesn't to";
static const char not_words[] =
	"not never cannot can't mustn't shouldn't won't isn't aren't don't doesn't mayn't neither";
static const char may_words[] = "can may might could allowed permitted cannot can't ok okay safe";
static const char must_words[] =
	"must should shall has have needs need ought always mustn't shouldn't";
static const char void_words[] =
	"was were had used would wasn't weren't wouldn't didn't did longer needn't necessarily "
	"hardly scarcely barely";
static const char adverbs[] =
	"also therefore thus then hence still instead already ever actually both all each "
	"strictly itself themselves explicitly either directly safely";
static const char hedges[] =
	"usually typically normally generally often sometimes mostly rarely seldom probably";

static bool is_modal_word(const char *w)
{
	return rules_in(w, be_words) || rules_in(w, not_words) || rules_in(w, may_words) ||
	       rules_in(w, must_words) || rules_in(w, void_words) || rules_in(w, adverbs) ||
	       rules_in(w, hedges) || !strcmp(w, "only");
}

/* "to" belongs to a modal only after these. */
static bool takes_to(const char *before)
{
	return rules_in(before,
			"has have needs need ought allowed permitted used ok okay safe not is are");
}

/* "under no circumstances", "by no means": three words that say "never". */
static bool is_denial(const struct tok *t)
{
	return t[0].type == T_WORD && rules_in(t[0].w, "under in on by at") &&
	       t[1].type == T_WORD && !strcmp(t[1].w, "no") && t[2].type == T_WORD &&
	       rules_in(t[2].w, "circumstance circumstances case account means time event way");
}

struct modal rules_modal(const struct tok *t)
{
	struct modal m = { .pol = POL_YES };
	bool is_not = false, is_may = false, is_need = false, is_void = false, is_always = false;

	for (; t[m.n].type == T_WORD && m.n < 8; m.n++) {
		const char *w = t[m.n].w;

		if (is_denial(t + m.n)) {
			is_not = m.is_firm = true;
			m.n += 2;
			continue;
		}
		if (!is_modal_word(w) || (!strcmp(w, "to") && (!m.n || !takes_to(t[m.n - 1].w))))
			break;
		is_not |= rules_in(w, not_words);
		is_may |= rules_in(w, may_words);
		is_need |= rules_in(w, "need needs have has");
		is_void |= rules_in(w, void_words);
		m.is_must |= rules_in(w, must_words);
		m.is_firm |= rules_in(w, "must should shall may never mustn't shouldn't mayn't");
		is_always |= !strcmp(w, "always");
		m.is_only |= !strcmp(w, "only");
		m.is_hedged |= rules_in(w, hedges);
		m.is_conclusion |= rules_in(w, "therefore thus hence");
	}
	if (is_void || (is_not && (is_need || is_always)))
		m.pol = POL_VOID; /* "need not be", "was once": no rule */
	else if (is_not)
		m.pol = POL_NO;
	else if (is_may)
		m.pol = POL_MAY;
	return m;
}

bool rules_starts_clause(const struct tok *t)
{
	static const char verbs[] =
		"nests nest protects guards takes acquires grabs locks holds serializes covers "
		"waits comes goes ensures precedes follows";

	return t->type == T_WORD &&
	       ((is_modal_word(t->w) && !rules_in(t->w, "to both all each either")) ||
		rules_in(t->w, verbs));
}

void rules_list_add(struct lock_list *l, const char *name, uint8_t shape)
{
	if (l->n == MAX_LIST)
		return;
	l->name[l->n] = name;
	l->shape[l->n++] = shape;
}

/* ---- one lock ---- */

static const char determiners[] =
	"the a an any all each every either both its their our this these that those "
	"such global same per-cpu local corresponding respective its own neither struct "
	"of relevant";
static const char nouns[] =
	"lock locks mutex mutexes spinlock spinlocks semaphore rwsem rwlock read-side read "
	"write-side write side critical section sections reader writer itself read-lock";
static const char lock_nouns[] =
	"lock mutex mutexes locks semaphore rwsem spinlock ref reference latch rwlock";
static const char generic[] =
	"other another same following higher lower upper inner outer two several multiple more "
	"only single new first second last one no which read write big which main spin per "
	"different these those all any some many three four five six above below previous next "
	"leaf common global sleeping hard current required the this that what nested own held "
	"additional main separate special simple normal both proper appropriate given right wrong "
	"internal such certain extra";
static const char stop_words[] =
	"and or but so while when if then than as is are be the a an of in on at by for from "
	"with without under inside outside within before after until to into that which who "
	"we you it they must can may not never should will would take takes taken taking "
	"acquire acquires acquired acquiring hold holds held holding release released drop "
	"dropped nest nests nested grab grabs call called calls calling use used uses always "
	"because since also only either neither both nor there here has have need needs do does "
	"protects protect guarded via using like unlike between during every each while where "
	"critical section sections read-side write-side cannot no nothing accessing reading "
	"writing modifying updating changing calling walking "
	"get gets lock locks locked unlock order ordering first last";
static const char not_locks[] =
	"KVM SMP CPU CPUS IRQ IRQS MMU TDP NMI API NOT MUST NEVER AND ALL ANY ONLY NOTE TODO "
	"FIXME XXX BUG WARNING THE THIS ALWAYS SHOULD BEFORE AFTER INSIDE OUTSIDE HELD LOCK "
	"LOCKS TAKE TAKEN WITH WITHOUT CAN MAY NULL EPT TLB PTE SPTE RMAP IOMMU USB PCI NUMA "
	"PREEMPT GFP CANNOT SPTES BOTH ONE TWO HOLD RELEASE FOR BUT FROM ISR DMA VCPU LSM BPF "
	"YOU ARE WILL DOES";

bool rules_is_plain_name(const char *s)
{
	char low[64];
	size_t n = strlen(s);

	if (!n || n >= sizeof(low) || isdigit((unsigned char)*s) ||
	    (*s == '_' && s[n - 1] == '_'))
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (s[i] && !isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
		low[i] = (char)tolower((unsigned char)s[i]);
	}
	return !rules_in(low, stop_words) && !is_modal_word(low) && !rules_in(low, generic) &&
	       !rules_in(low, nouns) && !rules_in(low, lock_nouns) && !rules_in(low, determiners) &&
	       !rules_in(low, "it its they them he she i us everything nothing anything something "
			      "everyone caller callers whatever none");
}

static unsigned skip_nouns(const struct tok *t)
{
	unsigned n = 0;

	while (t[n].type == T_WORD && rules_in(t[n].w, nouns))
		n++;
	return n;
}

static bool is_name_word(const struct tok *t)
{
	return t->type == T_WORD && *t->w && !rules_in(t->w, stop_words) && !is_modal_word(t->w);
}

/* "socket lock", "active ref": words that end in a kind of lock. */
static unsigned words_and_noun(struct reader *r, const struct tok *t, const char **name,
			       uint8_t *shape)
{
	struct buf b = { 0 };
	unsigned n = 0;

	while (n < 4 && is_name_word(&t[n]) && !rules_in(t[n].w, lock_nouns))
		n++;
	while (n > 3) /* no longer a name */
		return 0;
	if (!n || t[n].type != T_WORD || !rules_in(t[n].w, lock_nouns))
		return 0;
	for (unsigned i = 0; i < n; i++)
		if (rules_in(t[i].w, generic))
			return 0;
	for (unsigned i = 0; i <= n; i++) {
		buf_add(&b, i ? " " : "");
		buf_add(&b, t[i].orig);
	}
	/* "i_pages lock" is i_pages */
	*shape = n == 1 && strchr(t[0].w, '_') ? SHAPE_EXPR : SHAPE_WORD;
	*name = rules_str(r, *shape == SHAPE_EXPR ? t[0].orig : buf_str(&b));
	buf_free(&b);
	return n + 1 + skip_nouns(t + n + 1);
}

/* In a rule, "a" may be a lock's name: where no name follows it. */
static bool is_letter_a(const struct reader *r, const struct tok *t)
{
	return r->trust == TRUST_RULE && t->type == T_WORD && !strcmp(t->w, "a") &&
	       t[1].type != T_LOCK && !t[1].is_caps && !is_name_word(&t[1]);
}

unsigned rules_one_lock(struct reader *r, const struct tok *t, const char **name, uint8_t *shape)
{
	unsigned n = 0, k;

	while (n < 4 && t[n].type == T_WORD && rules_in(t[n].w, determiners) &&
	       !is_letter_a(r, &t[n]))
		n++;
	if (is_letter_a(r, &t[n])) {
		*name = t[n].orig;
		*shape = SHAPE_EXPR;
		return n + 1 + skip_nouns(t + n + 1);
	}
	if (t[n].type == T_LOCK) {
		*name = t[n].w;
		*shape = t[n].shape;
		return n + 1 + skip_nouns(t + n + 1);
	}
	if (t[n].type != T_WORD)
		return 0;
	if (t[n].is_caps && !rules_in(t[n].orig, not_locks) && !is_name_word(&t[n + 1])) {
		*name = t[n].orig;
		*shape = SHAPE_EXPR;
		return n + 1 + skip_nouns(t + n + 1);
	}
	k = words_and_noun(r, t + n, name, shape);
	if (k)
		return n + k;
	if (r->trust != TRUST_RULE || !is_name_word(&t[n]) || is_modal_word(t[n].w) ||
	    rules_in(t[n].w, "everything nothing anything locks mutexes caller callers both"))
		return 0;
	*name = t[n].orig;
	*shape = SHAPE_EXPR;
	return n + 1 + skip_nouns(t + n + 1);
}

/* ---- lists ---- */

static unsigned pronoun(struct reader *r, const struct tok *t, struct lock_list *out)
{
	const struct memory *m = &r->mem;
	const struct lock_list *from = NULL;
	unsigned used = 1;

	if (t->type != T_WORD)
		return 0;
	if (!strcmp(t->w, "it")) {
		from = m->subject.n == 1 ? &m->subject : m->last.n == 1 ? &m->last : NULL;
	} else if (rules_in(t->w, "they them")) {
		from = m->plural.n ? &m->plural : &m->subject;
	} else if (rules_in(t->w, "these those both this that") && t[1].type == T_WORD &&
		   rules_in(t[1].w, "lock locks mutex mutexes spinlock spinlocks")) {
		from = rules_in(t->w, "this that") ? &m->last : &m->plural;
		used = 2;
	} else if (rules_in(t->w, "both these those") && rules_starts_clause(t + 1)) {
		from = &m->plural;
	} else if (!strcmp(t->w, "the") && t[1].type == T_WORD &&
		   rules_in(t[1].w, "former latter") && m->plural.n >= 2) {
		unsigned i = !strcmp(t[1].w, "former") ? 0 : m->plural.n - 1;

		rules_list_add(out, m->plural.name[i], m->plural.shape[i]);
		return 2;
	}
	if (!from || !from->n)
		return 0;
	*out = *from;
	return used;
}

/* "critical sections for A": the words before A. */
static unsigned section_of(const struct tok *t)
{
	unsigned n = 0;

	while (n < 6 && t[n].type == T_WORD &&
	       rules_in(t[n].w, "the a an any all read-side write-side read write side critical"))
		n++;
	if (!n || strcmp(t[n - 1].w, "critical") != 0 || t[n].type != T_WORD ||
	    !rules_in(t[n].w, "section sections"))
		return 0;
	n++;
	if (t[n].type == T_WORD && rules_in(t[n].w, "protected guarded"))
		n++;
	return t[n].type == T_WORD && rules_in(t[n].w, "for of under by") ? n + 1 : 0;
}

/* Tokens of a connective between list members; *is_word: "and", "or", "/". */
static unsigned connective(const struct tok *t, bool *is_word)
{
	unsigned n = t[0].type == T_COMMA;

	*is_word = true;
	if (t[n].type == T_WORD && rules_in(t[n].w, "and or nor plus")) {
		n++;
		if (t[n].type == T_SLASH && t[n + 1].type == T_WORD && !strcmp(t[n + 1].w, "or"))
			n += 2;
		return n;
	}
	if (t[0].type == T_SLASH)
		return 1;
	*is_word = false;
	return n;
}

unsigned rules_locks(struct reader *r, const struct tok *t, bool is_object, struct lock_list *out)
{
	unsigned n = section_of(t), k, before_comma = 0, n_before_comma = 0, open = 0, n_open = 0;
	const char *name;
	uint8_t shape;

	out->n = 0;
	k = pronoun(r, t + n, out);
	if (k)
		return n + k;
	k = rules_one_lock(r, t + n, &name, &shape);
	if (!k)
		return 0;
	n += k;
	rules_list_add(out, name, shape);
	for (bool is_word; (k = connective(t + n, &is_word)) && out->n < MAX_LIST;) {
		unsigned used = rules_one_lock(r, t + n + k, &name, &shape);

		if (!used)
			break;
		if (is_object && rules_starts_clause(t + n + k + used)) {
			/* the subject of the next clause, and what a comma bound to it */
			if (t[n].type != T_COMMA && before_comma) {
				n = before_comma;
				out->n = n_before_comma;
			}
			open = 0;
			break;
		}
		if (t[n].type == T_COMMA) {
			before_comma = n;
			n_before_comma = out->n;
		}
		if (!is_word && !open) {
			open = n; /* "A, B" is a list only if "and C" follows */
			n_open = out->n;
		} else if (is_word) {
			open = 0;
		}
		rules_list_add(out, name, shape);
		n += k + used;
	}
	if (open) {
		n = open;
		out->n = n_open;
	}
	return n;
}
