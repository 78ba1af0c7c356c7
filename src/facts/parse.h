/* SPDX-License-Identifier: MIT */
/*
 * The reader of the text form, in three files: lex.c (words, numbers, the first error), parse.c
 * (the unit's tables), parse_func.c (functions) and parse_value.c (values and operands).
 *
 * After the first error the cursor stands at the end of the text and every read yields nothing:
 * callers need not look at each step.
 */
#ifndef LOCKLORE_FACTS_PARSE_H
#define LOCKLORE_FACTS_PARSE_H

#include "facts/text.h"

#define FACTS_UNDEFINED 0xff /* op of a value that is named and whose definition comes later */

struct parser {
	struct facts_unit *u;
	const char *name, *at;
	unsigned line;
	struct diag *d;
	bool is_bad;
	struct map syms;   /* name -> index */
	struct map places; /* hash -> index */
	/* the function at hand */
	struct facts_func *f;
	struct map values, labels; /* name -> index */
	uint32_t block;            /* the block at hand; FACTS_NONE before the first label */
	bool is_open;              /* it has no terminator yet */
	uint32_t n_labels_seen;
};

/* ---- lex.c ---- */
void lex_fail(struct parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Skips spaces, empty statements and comments; false at the end of the text. */
bool lex_statement(struct parser *p);
void lex_skip_statement(struct parser *p);      /* to its end, quotes respected */
void lex_end(struct parser *p);                 /* complains unless the statement ends here */
bool lex_at_end(struct parser *p);
bool lex_peek(struct parser *p, char c);        /* next after blanks */
bool lex_take(struct parser *p, const char *s); /* a mark such as "->" */
void lex_need(struct parser *p, const char *s);
/* Bare or quoted; 0 and an error if there is none.  `what` is for the message. */
uint32_t lex_name(struct parser *p, bool may_dot, const char *what);
/* As lex_name(), but nothing is read and 0 returned where no bare word is next. */
uint32_t lex_word(struct parser *p);
bool lex_keyword(struct parser *p, const char *word);
int64_t lex_number(struct parser *p);
uint32_t lex_u32(struct parser *p);
bool lex_is_number(struct parser *p);
const char *lex_str(const struct parser *p, uint32_t id);

/* ---- parse.c ---- */
/* Symbol by name; a function that is not there is added, a variable that is not there is an error. */
uint32_t parse_sym(struct parser *p, uint32_t name, bool is_func);
bool parse_top_word(const char *word);

/* ---- parse_func.c ---- */
void parse_func(struct parser *p);

/* ---- parse_value.c ---- */
uint32_t parse_operand(struct parser *p);            /* a value; may add values */
uint32_t parse_operand_or_none(struct parser *p);    /* "_": FACTS_NONE */
uint32_t parse_value_name(struct parser *p);         /* after '%' */
void parse_value(struct parser *p, uint32_t index, int op);
uint32_t parse_label(struct parser *p);
void parse_type(struct parser *p, uint32_t *type);   /* ": name", if it is there */

#endif
