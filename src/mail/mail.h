/* SPDX-License-Identifier: MIT */
/*
 * mail.h - a mail, or a thread of mails in mbox form, as lines of text.
 *
 * What mailers put on is taken off: mbox separators and their escapes, header lines, MIME parts
 * (text and patches are kept; HTML and what is no text is left out), quoted-printable and base64,
 * charsets (to UTF-8), soft line ends (format=flowed).  What people put on stays: marks of
 * quoting, and everything between them.
 *
 * A text that is no mail is one message without a header, byte for byte.  Broken input is never
 * refused: what is odd about it becomes one note, and the reading goes on.
 *
 * Files: box.c (the file to messages), header.c (header lines), mime.c (parts), decode.c
 * (transfer encodings, encoded words), charset.c, lines.c (bytes to lines, soft line ends).
 *
 * Ownership: a box owns everything in it; free with mail_free().
 */
#ifndef LOCKLORE_MAIL_H
#define LOCKLORE_MAIL_H

#include "base/base.h"

struct mail_line {
	const char *s;	 /* UTF-8, no line end */
	unsigned no;	 /* line of the file where it begins, from 1; several may begin in one */
};

struct mail_message {
	const char *from, *date, *subject, *id; /* decoded; "" where there is none */
	unsigned line;				/* of the file, where it begins */
	struct { VEC(struct mail_line); } lines; /* its text, all parts one after the other */
};

struct mail_note { unsigned line; const char *text; };

struct mail_box {
	struct { VEC(struct mail_message); } messages; /* at least one */
	struct { VEC(struct mail_note); } notes;       /* each worth a line on stderr */
	void *memory;				       /* private */
};

/* Does it begin with the header of a mail, also one pasted from a web page? */
bool mail_is(const char *text, size_t bytes);
struct mail_box *mail_read(const char *text, size_t bytes);
void mail_free(struct mail_box *b);

/* Marks of quoting ("> ", ">> ") taken from the front of *s, at most max; how many. */
unsigned mail_peel(const char **s, unsigned max);

#endif
