/* SPDX-License-Identifier: MIT */
/* internal.h - what the stages of mail/ hand to each other. */
#ifndef LOCKLORE_MAIL_INTERNAL_H
#define LOCKLORE_MAIL_INTERNAL_H

#include "base/arena.h"
#include "mail/mail.h"

/* A line of the file as it stands there; not terminated, its line end cut off. */
struct raw {
	const char *s;
	size_t n;
	unsigned no;
};

/* Lines at[0 .. n) of the file. */
struct raws {
	const struct raw *at;
	size_t n;
};

enum mail_coding { CODING_NONE, CODING_QUOTED, CODING_BASE64 };

/* What the header of a mail or of a part says; strings are the box's. */
struct header {
	const char *from, *date, *subject, *id;
	const char *type, *charset, *boundary, *name; /* lower case but for boundary and name */
	bool is_flowed, is_delsp;
	enum mail_coding coding;
	unsigned line;
};

/* box.c */
char *mail_strn(struct mail_box *b, const char *s, size_t n);
/* Said once: a second note with the same words is dropped. */
void mail_note(struct mail_box *b, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Reads a message with its header; depth counts mails inside of mails. */
void mail_message(struct mail_box *b, struct raws l, unsigned depth);
enum { MAIL_MAX_DEPTH = 8 };

/* header.c */
bool mail_is_header(const struct raw *l);   /* "Name: value" */
bool mail_is_known(const struct raw *l);    /* and the name is one that mails have */
/* Reads the header at the front of l, the blank line after it too; returns the lines used. */
size_t mail_header(struct mail_box *b, struct raws l, struct header *h);

/* mime.c */
void mail_part(struct mail_box *b, size_t message, struct raws l, const struct header *h,
	       unsigned depth);

/* decode.c */
struct sink;
void mail_decode(struct mail_box *b, struct raws l, const struct header *h, struct sink *to);
/* RFC 2047: "=?utf-8?q?caf=C3=A9?=" */
const char *mail_words(struct mail_box *b, const char *s, size_t n);

/* charset.c */
bool mail_is_utf8(const char *s, size_t n);
bool mail_knows_charset(const char *name);
/* To UTF-8, whatever it is; appends to out. */
void mail_to_utf8(struct buf *out, const char *s, size_t n, const char *charset);

/* lines.c: takes decoded bytes, gives lines to a message */
struct sink {
	struct mail_box *box;
	size_t message;
	const struct header *header;
	struct buf line;
	unsigned line_no;
	bool is_open;	   /* line holds a line that has not ended, maybe an empty one */
	bool is_soft;	   /* the last line that was given goes on in the next */
	unsigned soft_depth;
	size_t first;	   /* of the message's lines: where this part begins */
	bool has_nul;
};
void mail_put(struct sink *to, char c, unsigned no);
void mail_put_end(struct sink *to);

#endif
