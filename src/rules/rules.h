/* SPDX-License-Identifier: MIT */
/*
 * rules.h - reads the sentences in which people write down lock orders.
 *
 * Text in, statements out; no code is looked at and no name is resolved here: locks are given as
 * they are written ("kvm->arch.mmu_lock").  One statement is one pair of locks: "A is taken
 * outside B and C" gives two.  A sentence of an ordering section that no pattern fits becomes a
 * statement of kind RULES_NOT_UNDERSTOOD: nothing is skipped in silence.
 *
 * Stages, one file each: input.c, mail.c, diff.c (what kind of text, mail and diff peeled off, lines kept),
 * blocks.c (paragraphs, list items, headings, literal blocks, comments; which are ordering
 * sections), words.c (a sentence to tokens: lock expressions, verbs, connectives), patterns.c
 * (one row per sentence form), forms.c (chains, trees by indentation, ranked lists, tables,
 * machine forms).  A new sentence form is one row in patterns.c.
 *
 * Ownership: a document owns its statements and strings; free with rules_free().
 */
#ifndef LOCKLORE_RULES_H
#define LOCKLORE_RULES_H

#include "base/base.h"
#include "prim/prim.h"

/* In the comments a, b are locks[0], locks[1] of the statement. */
enum rules_kind {
	RULES_ORDER,      /* a is the outer lock, b is taken inside it */
	RULES_NEVER,      /* b must not be taken inside a; is_together: nor a inside b */
	RULES_MAY,        /* b can be taken inside a */
	RULES_WAITS,      /* wait for a is called inside b */
	RULES_NEVER_WAITS,/* wait for a cannot be called inside b */
	RULES_RELEASED,   /* a is released before the wait for b */
	RULES_REQUIRES,   /* a is taken only with b held; or: `function` is called with b held (a absent);
			     is_without: called without b; b is "*": any lock at all */
	RULES_LEAF,       /* nothing is taken inside a; a absent: everything else is a leaf */
	RULES_CONTEXT,    /* `context` must not take a */
	RULES_PROTECTS,   /* a protects / must be held for `what`: listed, not judged */
	RULES_ADVICE,     /* "use call_srcu": listed, not judged */
	RULES_BROKEN,     /* a literal block that is said to be broken: listed, not judged */
	RULES_NOT_UNDERSTOOD,
	RULES_KINDS
};
/* The word of the table in the documentation: "order", "never", "may", "waits", ... */
const char *rules_kind_name(enum rules_kind k);

/* The sequence number of a statement's place in the document, for "therefore". */
struct rules_statement {
	uint8_t kind;            /* enum rules_kind */
	bool is_together;        /* NEVER: in neither order */
	bool is_without;         /* REQUIRES: the function is called without b */
	bool is_hedged;          /* "though it is rare", "usually" */
	bool is_conclusion;      /* introduced by therefore, so, hence, thus */
	bool is_question;        /* the author asks or doubts; listed, never an error */
	unsigned line, last_line;/* in the file as given (line in the mail for a mail), 1-based, where its sentence starts and ends */
	char *sentence;          /* the whole sentence, white space collapsed, markup kept */
	char *text;              /* this statement in plain words: "kvm->lock is taken outside vcpu->mutex"; read back by rules_read() it gives the same statement */
	char *locks[2];          /* as written, without markup, '&' and trailing "()"; NULL where absent */
	char *wait;              /* WAITS, NEVER_WAITS, RELEASED: the wait's word as written ("synchronize_srcu"), or NULL */
	char *function;          /* REQUIRES of a function; WAITS, ORDER: "in f()", or NULL */
	char *context;           /* CONTEXT: "MMU notifiers"; PROTECTS: what; ADVICE, BROKEN: the text; or NULL */
	char *section;           /* "On x86:" -> "x86"; or NULL */
	char side;               /* of a diff: '+' its sentence has added lines or has lost some, '-' removed ones, ' ' neither; 0: no diff */
	bool is_moved;           /* its lines were added and removed, word by word the same: side is ' ' */
	char voice;              /* 0: the document's; with `voices`: 'm' the text before a patch, 'r' any other talk around it,
				    'q' a reply that asks whether what stands above it is true (not understood: it names no lock) */
	char *path;              /* of a diff: the file that the patch changes, or NULL */
	unsigned sentence_no;    /* statements of one sentence share it; counts from 0 in the document */
	int premise;             /* is_conclusion: sentence_no it follows from, or -1 */
};

enum rules_side { RULES_NEW, RULES_OLD, RULES_BOTH }; /* of a diff */
enum rules_format { RULES_AUTO, RULES_RST, RULES_MD, RULES_TEXT, RULES_C, RULES_PLAIN_RULE };

struct rules_options {
	enum rules_format format;   /* AUTO: by name and content */
	enum rules_side side;
	bool voices;                /* of a patch or a mail: read what is said around the hunks too */
	const struct prim_table *prims; /* knows which words are waits and deferrals; borrowed; may be NULL */
};

/* One declaration in a document that names what the code cannot: ".. locklore: context "X" = struct y". */
struct rules_context_decl { char *words, *owner, *member; unsigned line; };

/* One hunk of a patch, with `voices`. */
struct rules_hunk_line { const char *s; unsigned no; char mark; }; /* mark: '+', '-' or ' '; s without it */
struct rules_hunk {
	const char *path;           /* of the file that is changed, without a/ and b/ */
	const char *hint;           /* behind the second "@@", or "" */
	unsigned old_first, new_first; /* lines where it begins, on both sides */
	bool is_collapsed;          /* white space was lost on the way: marks of context are guesses */
	struct rules_hunk_line *lines;
	size_t n;
};

struct rules_document {
	char *name;
	bool is_diff;               /* statements of both sides may be marked */
	struct { VEC(struct rules_statement); } statements;
	struct { VEC(struct rules_context_decl); } contexts;
	struct { VEC(struct rules_hunk); } hunks; /* with `voices`: all of the patch's */
	struct { VEC(struct { unsigned line; char *text; }); } notes; /* oddities of the input worth a line on stderr */
};

/*
 * name decides the format by its ending and stands in diags; text is any bytes.  NULL with d:
 * binary data, or a text in another encoding than UTF-8/ASCII/Latin-1, as d says.
 */
struct rules_document *rules_read(const char *name, const char *text, size_t bytes,
				  const struct rules_options *opt, struct diag *d);
void rules_free(struct rules_document *doc);

/* The statement in our own words, such that rules_read() gives it back.  Caller frees with free(). */
char *rules_say(const struct rules_statement *s);

/*
 * A question as `ask` takes it: 'A inside B', 'A outside B', '* inside B', 'synchronize_srcu(&S) inside *',
 * 'A with B', 'path from f to A'.
 */
enum rules_relation { RULES_INSIDE, RULES_WITH, RULES_PATH };
struct rules_question {
	enum rules_relation relation;
	char *inner, *outer;     /* lock as written, or "*"; WITH: both; PATH: inner is what is reached */
	bool inner_is_wait;      /* inner is the domain that is waited for */
	char *from;              /* PATH: function */
};
bool rules_question(const char *text, const struct prim_table *prims, struct rules_question *q, struct diag *d);
void rules_question_free(struct rules_question *q);

#endif
