/* SPDX-License-Identifier: MIT */
/* What mailers put on is taken off; what they broke is said once, and the rest is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mail/mail.h"

/* All messages as text: "[from|subject]" and its lines with their numbers, then the notes. */
static char *read_as(const char *text, size_t bytes)
{
	struct mail_box *box = mail_read(text, bytes);
	struct buf b = { 0 };
	char *s;

	for (size_t i = 0; i < box->messages.n; i++) {
		const struct mail_message *m = &box->messages.at[i];

		if (*m->from || *m->subject)
			buf_addf(&b, "[%s|%s]\n", m->from, m->subject);
		else if (i)
			buf_add(&b, "[]\n");
		for (size_t k = 0; k < m->lines.n; k++)
			buf_addf(&b, "%u %s\n", m->lines.at[k].no, m->lines.at[k].s);
	}
	for (size_t i = 0; i < box->notes.n; i++)
		buf_addf(&b, "! %u %s\n", box->notes.at[i].line, box->notes.at[i].text);
	s = xstrdup(buf_str(&b));
	buf_free(&b);
	mail_free(box);
	return s;
}

static void expect(const char *text, const char *want)
{
	char *got = read_as(text, strlen(text));

	assert_string_equal(got, want);
	free(got);
}

#define HEAD "From: A B <a@x.org>\nSubject: locks\n"

static void test_plain(void **state)
{
	(void)state;
	expect("", "");
	expect("no mail\nat all\n", "1 no mail\n2 at all\n");
	expect("no end", "1 no end\n");
	expect(HEAD "\nHello\n\n> quoted\n", "[A B <a@x.org>|locks]\n4 Hello\n5 \n6 > quoted\n");
	expect("From: a@x.org\r\nSubject: b\r\n\r\nHello\r\n", "[a@x.org|b]\n4 Hello\n");
	/* folded header lines */
	expect("From: a@x.org\nSubject: one\n two\n\tthree\n\nHello\n",
	       "[a@x.org|one two three]\n6 Hello\n");
}

/* As a web page shows it: the subject on top, no blank line after the header. */
static void test_pasted(void **state)
{
	(void)state;
	expect("Re: [PATCH] locks\nFrom: A B\nDate: Tue\nOn Wed, X wrote:\n> yes\n",
	       "[A B|Re: [PATCH] locks]\n4 On Wed, X wrote:\n5 > yes\n");
	assert_true(mail_is("Re: x\nFrom: a\nDate: b\n", 23));
	assert_false(mail_is("From: a\nno more of it\n", 22));
	assert_false(mail_is("diff --git a/x b/x\nFrom: a\nDate: b\n", 35));
	assert_false(mail_is("", 0));
}

static void test_box(void **state)
{
	static const char sep[] = "From x@y Mon Jan  1 00:00:00 2026\n";
	char *text =
		xasprintf("%s" HEAD "\nfirst\n>From here\n> From quoted\n\nFrom now on, no.\n\n%s"
			  "From: c\nSubject: d\n\nsecond\n",
			  sep, sep);

	(void)state;
	expect(text, "[A B <a@x.org>|locks]\n5 first\n6 From here\n7 > From quoted\n8 \n"
		     "9 From now on, no.\n10 \n[c|d]\n15 second\n");
	free(text);
}

static void test_quoted_printable(void **state)
{
	(void)state;
	expect(HEAD "Content-Transfer-Encoding: quoted-printable\n\n"
		    "a =3D b, soft=\n end  \nna=C3=AFve =E2=86=92 =\nx\nbroken =ZZ\nend=",
	       "[A B <a@x.org>|locks]\n5 a = b, soft end\n7 na\xc3\xafve \xe2\x86\x92 x\n"
	       "9 broken =ZZ\n10 end\n");
}

static void test_base64(void **state)
{
	(void)state;
	/* "one\ntwo\nthree\n": lines begin where their bytes stand */
	expect(HEAD "Content-Transfer-Encoding: BASE64\n\nb25lCnR3\nbwp0aHJl\nZQo=\n",
	       "[A B <a@x.org>|locks]\n5 one\n5 two\n6 three\n");
	expect(HEAD "Content-Transfer-Encoding: base64\n\nb25l\n%%%%\nCnR3bwo=\n%%\n",
	       "[A B <a@x.org>|locks]\n5 one\n7 two\n"
	       "! 6 broken base64: what could be decoded is read\n");
}

static void test_charsets(void **state)
{
	(void)state;
	expect(HEAD "Content-Type: text/plain; charset=iso-8859-1\n\nna\xefve\n",
	       "[A B <a@x.org>|locks]\n5 na\xc3\xafve\n");
	expect(HEAD "Content-Type: text/plain; charset=\"Windows-1252\"\n\n\x93q\x94\n",
	       "[A B <a@x.org>|locks]\n5 \xe2\x80\x9cq\xe2\x80\x9d\n");
	/* says UTF-8, and is none */
	expect(HEAD "Content-Type: text/plain; charset=utf-8\n\nna\xefve\n",
	       "[A B <a@x.org>|locks]\n5 na\xc3\xafve\n");
	expect(HEAD "Content-Type: text/plain; charset=koi8-r\n\nlock\n",
	       "[A B <a@x.org>|locks]\n5 lock\n"
	       "! 1 unknown charset \"koi8-r\": read as UTF-8 or Latin-1\n");
	expect("From: =?utf-8?Q?J=C3=BCrgen_Ott?= <o@x>\nSubject: =?ISO-8859-1?B?5A==?=\n "
	       "=?us-ascii?q?b?= c\n\n",
	       "[J\xc3\xbcrgen Ott <o@x>|\xc3\xa4"
	       "b c]\n");
	expect("From: =?utf-8?Q?open\nSubject: =?x\n\n", "[=?utf-8?Q?open|=?x]\n");
}

static void test_parts(void **state)
{
	(void)state;
	expect(HEAD "Content-Type: multipart/mixed; boundary=\"b 1\"\n\npreamble\n--b "
		    "1\n\nplain\n--b 1\n"
		    "Content-Type: text/html\n\n<p>no</p>\n--b 1\nContent-Type: image/png\n\nno\n"
		    "--b 1\nContent-Type: application/octet-stream; name=0001.patch\n"
		    "Content-Transfer-Encoding: base64\n\ncGF0Y2g=\n--b 1--\nepilogue\n",
	       "[A B <a@x.org>|locks]\n8 plain\n21 patch\n");
	expect(HEAD "Content-Type: multipart/alternative; boundary=o\n\n--o\n"
		    "Content-Type: multipart/related; boundary=i\n\n--i\n\ndeep\n--i--\n--o--\n",
	       "[A B <a@x.org>|locks]\n10 deep\n");
	/* a mail inside of a mail */
	expect(HEAD
	       "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n"
	       "From: c\nSubject: d\n\ninner\n--o--\n",
	       "[A B <a@x.org>|locks]\n[c|d]\n11 inner\n");
}

static void test_broken_parts(void **state)
{
	struct buf b = { 0 };
	char *got;

	(void)state;
	expect(HEAD "Content-Type: multipart/mixed; boundary=o\n\n--o\n\ncut off\n",
	       "[A B <a@x.org>|locks]\n7 cut off\n"
	       "! 1 this mail is cut off: the end of its MIME parts is missing\n");
	expect(HEAD "Content-Type: multipart/mixed\n\nno boundary\n",
	       "[A B <a@x.org>|locks]\n5 no boundary\n! 1 a mail of several parts that does not "
	       "say "
	       "what separates them: read as plain text\n");
	expect(HEAD "Content-Type: text/html\n\n<p>no</p>\n",
	       "[A B <a@x.org>|locks]\n! 1 this mail is HTML only, which is not read: save it as "
	       "text\n");
	expect(HEAD "Content-Transfer-Encoding: rot13\n\nuryyb\n",
	       "[A B <a@x.org>|locks]\n5 uryyb\n! 3 unknown transfer encoding \"rot13\": read as "
	       "it "
	       "stands\n");
	expect(HEAD "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYQBiCg==\n",
	       "[A B <a@x.org>|locks]\n! 1 a part of this mail holds binary data: left out\n");
	/* parts in parts in parts */
	buf_add(&b, HEAD);
	for (unsigned i = 0; i < 40; i++)
		buf_addf(&b, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
	got = read_as(buf_str(&b), b.n);
	assert_non_null(strstr(got, "nest too deeply"));
	free(got);
	buf_free(&b);
}

static void test_flowed(void **state)
{
	(void)state;
	expect(HEAD
	       "Content-Type: text/plain; format=flowed\n\none \ntwo\n  stuffed\n> quoted \n> on\n"
	       "> and \nnot this\n-- \nA B\n",
	       "[A B <a@x.org>|locks]\n5 one two\n7  stuffed\n8 > quoted on\n10 > and \n11 not "
	       "this\n"
	       "12 -- \n13 A B\n");
	expect(HEAD "Content-Type: text/plain; format=flowed; delsp=yes\n\none \ntwo\n",
	       "[A B <a@x.org>|locks]\n5 onetwo\n");
	/* a patch keeps its lines, also where they end with a blank */
	expect(HEAD "Content-Type: text/plain; format=flowed\n\n+a \n+b \n  c\n \n+d\n",
	       "[A B <a@x.org>|locks]\n5 +a \n6 +b \n7  c\n8 \n9 +d\n");
}

static void test_peel(void **state)
{
	const char *s = "> >> > a > b";

	(void)state;
	assert_int_equal(mail_peel(&s, 2), 2);
	assert_string_equal(s, "> > a > b");
	assert_int_equal(mail_peel(&s, 99), 2);
	assert_string_equal(s, "a > b");
	assert_int_equal(mail_peel(&s, 99), 0);
}

/* Any bytes at all: no crash, at least one message. */
static void test_garbage(void **state)
{
	static const char *const words[] = {
		"From x\n",
		HEAD,
		"\n",
		"Content-Type: multipart/mixed; boundary=b\n",
		"--b\n",
		"--b--\n",
		"Content-Transfer-Encoding: base64\n",
		"Content-Transfer-Encoding: quoted-printable\n",
		"=",
		"=3",
		"=?utf-8?q?",
		"?=",
		"b25l",
		"\xff",
		"\xc3",
		">",
		"> ",
		" ",
		"\r\n",
		"\t",
		"Content-Type: text/plain; format=flowed; charset=latin1\n",
		"Content-Type: message/rfc822\n",
		"\"",
		";",
		"charset=\"",
		"name=",
		":",
		"@@ -1,2 +1,2 @@\n",
		"+x \n",
	};
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		struct buf b = { 0 };
		char *got;

		for (unsigned i = 0; i < 24; i++) {
			seed = seed * 1664525 + 1013904223;
			buf_add(&b, words[(seed >> 16) % ARRAY_LEN(words)]);
			if ((seed >> 8 & 15) == 0)
				buf_addc(&b, (char)(seed >> 24));
		}
		got = read_as(buf_str(&b), b.n);
		assert_non_null(got);
		free(got);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	cmocka_unit_test(test_pasted),
		cmocka_unit_test(test_box),	cmocka_unit_test(test_quoted_printable),
		cmocka_unit_test(test_base64),	cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_parts),	cmocka_unit_test(test_broken_parts),
		cmocka_unit_test(test_flowed),	cmocka_unit_test(test_peel),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
