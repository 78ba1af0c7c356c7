/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the stages of draft/ share.
 *
 *   pairs.c              a lore -> what was seen of each two classes
 *   orders.c             pairs -> orders without circles, and those that do not follow from others
 *   document.c           both -> a paper, and the paper as text
 *   order_items.c, sides.c, problem.c   the items of a paper
 *   paper.c, words.c     items -> lines of Markdown, rst or text
 *   again.c              a text -> what the reader and the judge make of it
 */
#ifndef LOCKLORE_DRAFT_INTERNAL_H
#define LOCKLORE_DRAFT_INTERNAL_H

#include "draft/draft.h"

/* ---- pairs.c ------------------------------------------------------------------ */

struct draft_pair {
	uint32_t outer, inner;
	uint32_t takes; /* places that take inner and can block; distinct by file and line */
	uint32_t tries; /* witnesses that are trylocks */
	uint32_t waits; /* places that wait for inner */
	bool is_dead_take, is_dead_wait; /* an edge of a deadlock */
	uint32_t take, wait;		 /* the best witness of each, or LORE_NONE */
};
struct draft_pairs {
	VEC(struct draft_pair); /* sorted by (outer, inner) */
};
void draft_pairs_find(const struct draft *d, struct draft_pairs *out);
/* NULL: the two never meet. */
const struct draft_pair *draft_pair(const struct draft_pairs *p, uint32_t outer, uint32_t inner);
uint32_t draft_takes(const struct draft_pairs *p, uint32_t outer, uint32_t inner);

bool draft_is_read_side(const struct lore *l, uint32_t cls);
/* A lock (no read side) that a document can name and that something takes. */
bool draft_is_lock(const struct lore *l, uint32_t cls);
const char *draft_class(const struct lore *l, uint32_t cls); /* canonical name */
/* Is something taken inside, as `leaf` sentences count it? */
bool draft_has_inside(const struct lore *l, const struct draft_pairs *p, uint32_t cls);

/* ---- orders.c ----------------------------------------------------------------- */

struct draft_order {
	uint32_t outer, inner, places;
	bool is_implied;  /* follows from others */
	bool is_circular; /* part of a circle: no order can be stated */
	bool is_required; /* inner is only ever taken with outer held */
};
struct draft_orders {
	VEC(struct draft_order); /* sorted by (outer, inner) */
	uint32_t *depth;	 /* by class: longest way down from an outermost lock */
};
void draft_orders_find(const struct draft *d, const struct draft_pairs *p,
		       struct draft_orders *out);
void draft_orders_free(struct draft_orders *o);
/* Is `to` reached from `from`, over edges that are no circle and not edge number `without`? */
bool draft_reaches(const struct lore *l, const struct draft_orders *o, uint32_t from, uint32_t to,
		   size_t without);

/* ---- paper.c ------------------------------------------------------------------- */

/* One statement that an item must be read back as. */
struct draft_rule {
	uint8_t kind;  /* enum rules_kind */
	uint32_t a, b; /* classes of locks[0] and locks[1], or LORE_NONE */
};
enum draft_block_kind { DRAFT_HEADING, DRAFT_PARA, DRAFT_ITEM, DRAFT_LITERAL };
struct draft_block {
	uint8_t kind, level; /* of a heading: 1, 2, 3 */
	bool is_tentative;   /* nothing is lost where it does not hold */
	bool is_dropped;
	char *text;
	unsigned first, last; /* lines, once written */
	struct {
		VEC(struct draft_rule);
	} rules;
};
struct draft_paper {
	VEC(struct draft_block);
	const struct draft *d;
	enum draft_format format;
	const struct draft_pairs *pairs;
	const struct draft_orders *orders;
	bool *is_mentioned; /* by class */
};
/* Appends a block; text is copied. */
void draft_heading(struct draft_paper *p, unsigned level, const char *text);
void draft_para(struct draft_paper *p, const char *text);
void draft_literal(struct draft_paper *p, const char *text);
struct draft_block *draft_item(struct draft_paper *p, const char *text);
void draft_expect(struct draft_paper *p, struct draft_block *b, enum rules_kind kind, uint32_t a,
		  uint32_t bb);
void draft_paper_write(struct draft_paper *p, struct buf *out);
void draft_paper_free(struct draft_paper *p);
/* "LOCKING.md": tells the reader the format. */
const char *draft_file_name(enum draft_format f);

/* ---- words.c ------------------------------------------------------------------- */

/* A name with the markup of the format. */
void draft_name(struct buf *b, const struct draft *d, enum draft_format f, uint32_t cls);
struct draft_list {
	VEC(uint32_t);
};
/* "`a`, `b` and `c`" */
void draft_names(struct buf *b, const struct draft *d, enum draft_format f, const uint32_t *cls,
		 size_t n);
/* "`synchronize_srcu(&kvm->srcu)`": the call that waits for the class, as the code calls it. */
void draft_wait(struct buf *b, const struct draft *d, enum draft_format f, uint32_t cls);
/* Name of that call: "synchronize_srcu", "flush_work", or "wait"; valid until the next call. */
const char *draft_wait_word(const struct draft *d, uint32_t cls);
/* "f() at dir/file.c:12" */
void draft_place(struct buf *b, const struct lore *l, uint32_t place);
/* text to lines of at most `width` columns, each with its indent; no word is broken. */
void draft_wrap(struct buf *b, const char *text, const char *first, const char *rest, size_t width);

/* ---- document.c's items --------------------------------------------------------- */

void draft_order_items(struct draft_paper *p);
void draft_side_items(struct draft_paper *p);
void draft_leaf_items(struct draft_paper *p);
void draft_problems(struct draft_paper *p);

/* ---- source.c ------------------------------------------------------------------- */

/* A document as lines that remember where they come from. */
struct draft_line {
	char *s;       /* without its newline */
	size_t origin; /* line number in the original, from 1; 0: new */
	size_t was;    /* likewise, of a line that was changed since too; 0: added */
	bool is_added; /* by draft_source_append() */
};
struct draft_source {
	VEC(struct draft_line);
	char **old; /* the original lines */
	size_t n_old;
	bool is_c; /* comments: lines may begin with "* " */
	bool ends_in_newline, has_cr;
	bool has_wide_stops; /* two blanks after a full stop */
	size_t width;	     /* of its text */
};
void draft_source_open(struct draft_source *s, const char *name, const char *text, size_t bytes);
void draft_source_close(struct draft_source *s);
/* A copy, to try something on; close it too. */
void draft_source_copy(struct draft_source *to, const struct draft_source *from);
/* Appends the whole text. */
void draft_source_text(const struct draft_source *s, struct buf *out);
/* The original's number of what is line `line` now, or of the nearest line above that is not new. */
unsigned draft_source_was(const struct draft_source *s, unsigned line);
/* The sentence in lines first..last (as they are now) gives way to text; false: not found. */
bool draft_source_replace(struct draft_source *s, unsigned first, unsigned last,
			  const char *sentence, const char *text);
/* Whole words, everywhere; returns how many. */
unsigned draft_source_rename(struct draft_source *s, const char *from, const char *to);
/* A new item (or paragraph) behind the one that line `line` is in; false: it is no item or text. */
bool draft_source_append(struct draft_source *s, unsigned line, const char *text);
/* hunk.c: unified, three lines of context; empty where nothing changed. */
void draft_source_diff(const struct draft_source *s, const char *name, struct buf *out);

/* ---- again.c --------------------------------------------------------------------- */

/* A session of its own, in which texts are read back. */
struct draft_again {
	struct verdict *v;
	struct {
		VEC(struct rules_document *);
	} docs;
	const struct draft *d;
};
void draft_again_open(struct draft_again *a, const struct draft *d);
/* NULL: the reader refuses it. Valid until closed. */
const struct verdict_document *draft_again(struct draft_again *a, const char *name,
					   const char *text, size_t bytes);
void draft_again_close(struct draft_again *a);
/* Marks what is not read back as its rules, all upheld; returns how many blocks that were not
 * tentative. */
unsigned draft_drop_wrong(struct draft_paper *p, const struct verdict_document *read,
			  bool *changed);

/* ---- phrase.c ------------------------------------------------------------------- */

/* How a document writes. */
struct draft_tongue {
	const struct draft *d;
	const struct verdict_document *doc;
	const char *lock_mark, *wait_mark; /* "", "`", "``" */
	const char *must_not;		   /* "must not", "cannot" */
	bool is_inside; /* "b is taken inside a" rather than "a is taken outside b" */
	bool is_also;	/* "is also called": a wait that others are said of */
};
/* As the sentence (or, where it does not show it, the document) does. */
struct draft_tongue draft_tongue_of(const struct draft *d, const struct verdict_document *doc,
				    const char *sentence);
/* The document's word for the class; one like its words for others of that struct; or the
 * canonical. */
void draft_spell(struct buf *b, const struct draft_tongue *t, uint32_t cls);

struct draft_saying {
	uint8_t kind; /* enum rules_kind; ADVICE: a is no leaf */
	uint32_t a, b;
	const char *context; /* of CONTEXT */
	bool is_hedged;
	bool is_done; /* private to draft_phrase() */
};
struct draft_sayings {
	VEC(struct draft_saying);
};
void draft_say_add(struct draft_sayings *s, enum rules_kind kind, uint32_t a, uint32_t b);
/* All of them in as few sentences as they fit, each with a full stop, on one line. */
void draft_phrase(struct buf *b, const struct draft_tongue *t, struct draft_sayings *s);
/* Is every saying read back from the text, and (is_true) upheld? */
bool draft_reads_as(struct draft_again *a, const char *text, const struct draft_sayings *s,
		    bool is_true);

/* ---- mend.c, missing.c ------------------------------------------------------------ */

struct draft_mender {
	const struct draft *d;
	const struct verdict_document *doc; /* as it is */
	const char *name;
	struct draft_pairs pairs;
	struct draft_again again;
	struct draft_source source;	     /* as mended so far */
	const struct verdict_document *read; /* of that */
	struct draft_diff *out;
};
/*
 * Keeps `trial` as the source if reading it shows nothing lost, nothing newly contradicted or not
 * understood; statements of sentence `mended` (UINT_MAX: none) may go.  Closes trial otherwise.
 */
bool draft_accept(struct draft_mender *m, struct draft_source *trial, unsigned mended);
/* "# NAME:LINE: ..." and the witness below. */
void draft_note_witness(struct draft_mender *m, struct buf *b, uint32_t witness);
/* Orders and waits between locks that the document speaks of, and does not state. */
void draft_add_missing(struct draft_mender *m);

/* ---- export.c ------------------------------------------------------------------------ */

struct draft_edge {
	uint32_t outer, inner;
	unsigned line; /* of the document, or 0 */
	bool is_wait;  /* inner is waited for */
};
struct draft_edges {
	VEC(struct draft_edge);
};
void draft_export_lockdep(const struct draft *d, const struct draft_edges *e, struct buf *out);
void draft_export_clang(const struct draft *d, const struct draft_edges *e, struct buf *out);
/* "struct mutex", "spinlock_t": the type of a member or variable, by its name in the lore. */
void draft_type(struct buf *b, const char *type);

#endif
