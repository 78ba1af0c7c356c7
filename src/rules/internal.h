/* SPDX-License-Identifier: MIT */
/*
 * internal.h - what the stages of the document reader hand to each other.
 *
 *   input.c, mail.c, diff.c   bytes -> regions of lines (a document, or one side of one hunk)
 *   changed.c                 which sentences of a patch changed
 *   ccode.c, cattr.c          a C region -> its comments, each a region with a scope
 *   blocks.c                  a region -> headings, paragraphs, items, tables, literal blocks
 *   region.c                  which blocks speak of lock order; paragraphs to sentences
 *   words.c, lockname.c       a sentence -> tokens
 *   patterns.c                the sentence forms, one row each
 *   match.c, phrase.c         rows against tokens; lists of locks, modal verbs
 *   sentence.c, emit.c        matches -> statements
 *   forms.c, tree.c, table.c  chains, trees by indentation, ranked lists and tables
 *
 * Memory: everything that outlives a call is in the document's arena.
 */
#ifndef LOCKLORE_RULES_INTERNAL_H
#define LOCKLORE_RULES_INTERNAL_H

#include "base/arena.h"
#include "rules/rules.h"

/* One line; s has no newline and is already UTF-8 with arrows and quotes folded to ASCII. */
struct rules_line {
	const char *s;
	unsigned no;  /* in the file as given */
	unsigned col; /* screen column at which s starts: for tabs */
	char side;    /* ' ', '+', '-' of a diff; 0: no diff */
};
struct rules_lines {
	VEC(struct rules_line);
};

/* What the surroundings of a comment say: all may be NULL. */
struct rules_scope {
	const char *function; /* it stands in, or right above */
	const char *decl;     /* the lock that is declared beside it */
	const char *owner;    /* the struct that contains it */
};

struct rules_region {
	struct rules_lines lines;
	enum rules_format format;
	struct rules_scope scope;
	bool is_comment;
	bool is_ordering; /* all of it speaks of lock order */
	bool starts_in_comment;
};

/* How much the text around promises: names that do not look like locks are locks in a rule. */
enum rules_trust { TRUST_PROSE, TRUST_ORDERING, TRUST_RULE };

#define MAX_LIST 24
struct lock_list {
	const char *name[MAX_LIST];
	uint8_t shape[MAX_LIST];
	unsigned n;
};

/* What pronouns and shortened clauses refer to. */
struct memory {
	struct lock_list subject, last,
		plural;		   /* of the last clause; last named; last of several */
	const char *wait, *domain; /* last wait that was named with its domain */
	const char *function;
	int relation; /* enum action of the last match, -1: none */
	struct lock_list object;
	bool has_subject; /* in this sentence */
};

struct document {
	struct rules_document pub; /* first: rules_free() casts back */
	struct arena arena;
};

struct reader {
	struct document *doc;
	const struct rules_options *opt;
	const char *name;
	enum rules_side side;
	enum rules_trust trust;
	bool is_comment;
	struct rules_scope scope;
	const char *section;
	struct memory mem;
	unsigned region_sentence; /* next_sentence where this comment or document began */
	unsigned next_sentence;	  /* number of the next sentence that has statements */
	/* the sentence at hand */
	const char *sentence; /* as it is kept: a very long one in part */
	const char *whole;    /* all of it: what offsets of tokens refer to */
	unsigned line, last_line;
	char side_mark;
	bool is_hedged, is_question;
	unsigned emitted;	/* statements of this sentence */
	const char *witness;	/* last entry of a witness list */
	const char *chain_name; /* last entry of a lockdep report, and its number */
	unsigned chain_no;
	size_t first_statement; /* index of the first of them */
};

/* ---- strings in the document's arena ---- */
char *rules_strn(struct reader *r, const char *s, size_t n);
char *rules_str(struct reader *r, const char *s);
char *rules_strf(struct reader *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void rules_note(struct reader *r, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Is w one of the words of the space-separated set? */
bool rules_in(const char *w, const char *set);
bool rules_inn(const char *w, size_t n, const char *set);
/* Is `what` somewhere in s[0 .. n)? */
bool rules_has(const char *s, size_t n, const char *what);

/* ---- input ---- */
bool rules_decode(struct reader *r, const char *text, size_t bytes, char **out, size_t *n,
		  struct diag *d);
void rules_split(struct reader *r, const char *text, size_t n, struct rules_lines *out);
enum rules_format rules_format_of(const char *path, enum rules_format otherwise);
bool rules_is_diff(const struct rules_lines *l);
/* A mail or a thread: rules_read_message() for each. */
void rules_mail(struct reader *r, const char *text, size_t bytes);
void rules_read_message(struct reader *r, struct rules_lines *lines, bool is_patch);
void rules_mail_body(struct reader *r, const struct rules_lines *in, struct rules_lines *out);
bool rules_is_attribution(const char *s);
/*
 * Statements [first, old) are those of a patch's new side, from old on those of the old one: marks
 * what changed, and keeps of the old side only what is gone.
 */
void rules_compare_sides(struct rules_document *doc, size_t first, size_t old);
/* What is said around the hunks, marked with whose words it is. */
void rules_voices(struct reader *r, const struct rules_lines *in);
/*
 * Which of the lines belong to hunks; *depth: of the quoting at which the first hunk stands.
 * False: there is no hunk.
 */
bool rules_diff_lines(struct reader *r, const struct rules_lines *in, bool *taken,
		      unsigned *depth);
/* Every hunk of a text or C file, as a region: fn is called for each. */
typedef void rules_region_fn(struct reader *r, struct rules_region *g);
void rules_diff(struct reader *r, const struct rules_lines *in, enum rules_side side,
		rules_region_fn *fn);
/* Lines of a hunk that has lost its leading white space: which '-' are removals. */
void rules_hunk_guess(const struct rules_lines *l, char *kind, unsigned old_lines,
		      unsigned new_lines);

/* ---- regions ---- */
void rules_read_region(struct reader *r, struct rules_region *g);
void rules_read_c(struct reader *r, struct rules_region *g);
void rules_read_attributes(struct reader *r, const char *code, unsigned line,
			   const struct rules_scope *scope);
bool rules_speaks_of_order(const char *s);
/* Stricter: an order, rank, level or hierarchy, or what is taken before what. */
bool rules_says_order(const char *s);
/* +1: first in the list is the outermost; -1: the other way; 0: not said. */
int rules_direction(const char *s);
/* Screen column of the first character that is no white space. */
unsigned rules_indent(const struct rules_line *l);
const char *rules_skip_space(const char *s);

/* ---- blocks ---- */
enum block_kind { BLOCK_TEXT, BLOCK_ITEM, BLOCK_HEADING, BLOCK_LITERAL, BLOCK_TABLE, BLOCK_FIELD };
struct block {
	uint8_t kind;
	uint8_t level;	      /* of a heading */
	bool is_numbered;     /* item */
	bool is_after_colon2; /* literal: introduced by "::" */
	bool is_after_blank;
	unsigned indent; /* column of the marker, or of the text */
	size_t first, n; /* lines[first ..] of the block list */
};
struct blocks {
	struct {
		VEC(struct block);
	} list;
	struct rules_lines lines; /* without markers; borrowed strings */
};
void rules_blocks(struct reader *r, const struct rules_region *g, struct blocks *out);
void rules_blocks_free(struct blocks *b);
/* "- ", "3) ", "* ": length of the marker with its space, 0: none. */
size_t rules_marker(const char *s, bool *is_numbered);

/* ---- words ---- */
enum tok_type {
	T_END,
	T_WORD,
	T_LOCK,
	T_WAIT,
	T_DEFER,
	T_FUNC,
	T_NUM,
	T_ARROW,
	T_GT,
	T_LT,
	T_COMMA,
	T_SEMI,
	T_COLON,
	T_DASH,
	T_SLASH,
	T_STOP
};
enum shape {
	SHAPE_WORD,
	SHAPE_EXPR,
	SHAPE_LOCK
}; /* nothing; an expression or quoted; named like a lock */
struct tok {
	uint8_t type, shape;
	bool is_caps;	   /* RTNL */
	bool is_paren;	   /* stands in parentheses */
	const char *w;	   /* lower-case word, lock name, function name */
	const char *orig;  /* as written */
	const char *arg;   /* WAIT: its domain or NULL */
	uint32_t from, to; /* in the sentence */
};
struct toks {
	VEC(struct tok);
};
void rules_words(struct reader *r, const char *s, struct toks *out);
/* A word of code: fills t (type, shape, w, arg); false: no lock, call or expression. */
bool rules_code_word(struct reader *r, const char *s, size_t n, bool is_quoted, struct tok *t);
enum shape rules_lock_shape(const char *name, size_t n);
bool rules_is_wait(struct reader *r, const char *w);
bool rules_is_defer(struct reader *r, const char *w);
const char *rules_wait_domain(struct reader *r, const char *w);
const char *rules_lock_name(struct reader *r, const char *s, size_t n);

/* ---- phrases ---- */
enum polarity { POL_YES, POL_NO, POL_MAY, POL_VOID };
struct modal {
	uint8_t pol;
	bool is_hedged, is_conclusion, is_only, is_must,
		is_firm; /* firm: a command, not a remark */
	unsigned n;	 /* tokens used */
};
struct modal rules_modal(const struct tok *t);
/* Lists of locks: tokens used, 0: none.  is_object: stop before the subject of a next clause. */
unsigned rules_locks(struct reader *r, const struct tok *t, bool is_object, struct lock_list *out);
unsigned rules_one_lock(struct reader *r, const struct tok *t, const char **name, uint8_t *shape);
void rules_list_add(struct lock_list *l, const char *name, uint8_t shape);
bool rules_starts_clause(const struct tok *t);
/* One identifier that is no word of our sentences: it may stand there without quotes. */
bool rules_is_plain_name(const char *s);

/* ---- patterns ---- */
enum action {
	ACT_INSIDE,
	ACT_OUTSIDE,
	ACT_WAIT_IN,
	ACT_WAIT_OUT,
	ACT_RELEASED,
	ACT_DROP_FIRST,
	ACT_NEEDS,
	ACT_TOGETHER,
	ACT_LEAF,
	ACT_LEAF_ALL,
	ACT_CONTEXT,
	ACT_WITH,
	ACT_WITHOUT,
	ACT_PROTECTS,
	ACT_HELD_TAKE,
	ACT_NOTE,
	ACT_ELLIPSIS
};
enum row_flag {
	ROW_RULE = 1,
	ROW_ORDERING = 2,
	ROW_LOOSE = 4,
	ROW_START = 8,
	ROW_NEG = 16,
	ROW_FLIP = 32,
	ROW_PLAIN = 64, /* the words say "no" themselves: "no lock is, may be, taken" */
	ROW_MUST = 128,
	ROW_VERB = 512, /* MOD may not be empty */
	ROW_AGAIN = 256 /* goes on about the function of the clause before */
};
struct row {
	const char *pattern;
	uint8_t action;
	uint16_t flags;
};
extern const struct row rules_rows[];
extern const size_t rules_n_rows;
const char *rules_word_class(const char *name); /* the words behind @name, or NULL */

struct capture {
	struct lock_list a, b;
	const char *wait, *domain;
	const char *function;
	unsigned x_from, x_to; /* free text: tokens */
	unsigned c_from, c_to; /* context words */
	struct modal mod;
	unsigned end;	/* token after the match */
	bool is_elided; /* subject of the clause before */
};
/* Best row at position i, or NULL. */
const struct row *rules_match(struct reader *r, const struct toks *t, unsigned i,
			      struct capture *c);

/* ---- statements ---- */
struct rules_statement *rules_emit(struct reader *r, enum rules_kind kind, const char *a,
				   const char *b);
void rules_order(struct reader *r, const char *outer, const char *inner, const char *function);
void rules_advice(struct reader *r, const char *text);
void rules_act(struct reader *r, const struct toks *t, unsigned i, const struct row *row,
	       struct capture *c, int premise);
/* What a "therefore" at this place follows from: this sentence, the one before it, or -1. */
int rules_premise(const struct reader *r);
#define NO_CONCLUSION (-2) /* premise: the clause is none */
/* s is one sentence; begins and ends r's state for it.  True: it gave statements. */
bool rules_sentence(struct reader *r, const char *s, unsigned line, unsigned last, char side);
void rules_sentence_begin(struct reader *r, const char *s, unsigned line, unsigned last, char side);
void rules_sentence_end(struct reader *r);

/* ---- forms ---- */
/* Where the first chain begins: index of its token + 1; 0: there is none. */
unsigned rules_chain(struct reader *r, const struct toks *t);
/*
 * Tree by indentation in lines[0 .. n): number of lines used, 0: none.  is_list: entries have
 * markers; is_flat: the text above announced an order, a flat list of locks is one too.
 */
size_t rules_tree(struct reader *r, const struct rules_line *l, size_t n, bool is_list,
		  bool is_flat);
/* The locks that a list entry begins with: length used, 0: it is no entry. */
size_t rules_entry(struct reader *r, const char *s, struct lock_list *out, const char **function,
		   bool *is_label);
/* is_said: the text above speaks of an order; else the table's own header has to. */
bool rules_table(struct reader *r, const struct rules_line *l, size_t n, int direction,
		 bool is_said);
bool rules_columns(struct reader *r, const struct rules_line *l, size_t n, int direction,
		   bool is_said);
bool rules_machine_line(struct reader *r, const struct rules_line *l);
bool rules_context_decl(struct reader *r, const struct rules_line *l);

#endif
