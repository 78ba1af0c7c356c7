/* SPDX-License-Identifier: MIT */
/*
 * draft.h - writes what verdict/ reads: the document that the code deserves.
 *
 * Every sentence that is written here was read back by rules_read() and held against the same
 * lore by verdict_check(): what does not come back as the statements it was made of, all of them
 * upheld, is not written.  (A replacement for a mended code is read back, and not judged.)
 *
 * Stages, one file each: pairs.c (what the lore has seen of each two classes), orders.c (the
 * orders that do not follow from others), document.c, order_items.c and sides.c (a draft from
 * nothing), problem.c (deadlocks, in words that are no rules), paper.c and words.c (each format),
 * again.c (reads a text back), phrase.c (statements in a document's words), replace.c (what a
 * contradicted sentence could say), mend.c and missing.c with source.c and hunk.c (a unified diff
 * of an existing document), export.c, lockdep.c and clang.c (orders as code).
 *
 * Ownership: everything is borrowed but what is returned, which the caller frees as said.  Cost:
 * linear in the witnesses, quadratic in the locks that a document speaks of.
 */
#ifndef LOCKLORE_DRAFT_H
#define LOCKLORE_DRAFT_H

#include "verdict/verdict.h"

/* What a draft is made from; prims as for verdict_new(). */
struct draft {
	struct verdict *v;
	const struct lore *l;
	const struct prim_table *prims;
};

enum draft_format { DRAFT_MD, DRAFT_RST, DRAFT_TEXT };

/*
 * A draft from nothing.  Appends to out.  Returns how many sentences were left out because they
 * would not be read back as they were meant: 0, or the reader has a gap.
 */
unsigned draft_document(const struct draft *d, enum draft_format format, struct buf *out);

/*
 * What a contradicted sentence could say instead.  Where the code looks wrong, that is what it
 * could say once the code is mended, and `condition` says what has to be mended.
 */
struct draft_replacement {
	char *text;      /* one or more sentences on one line, locks as the document spells them,
			    each with a full stop */
	char *condition; /* "once kvm_xen_set_evtchn() no longer takes kvm->lock inside kvm->srcu";
			    NULL: it holds now */
};
/*
 * For the sentence sentence_no of doc (struct rules_statement).  False: no statement of it is
 * contradicted, or nothing better can be said.  Free with draft_replacement_free().
 */
bool draft_replacement(const struct draft *d, const struct verdict_document *doc,
		       unsigned sentence_no, struct draft_replacement *out);
void draft_replacement_free(struct draft_replacement *r);

/*
 * A unified diff that mends text, of which doc is the verdict: what is contradicted where the
 * sentence looks wrong, names that were renamed, important orders that are missing.  diff is empty
 * where there is nothing to do.  notes has, for each change, lines that begin with '#': why, and
 * its witness; left has a line for each sentence that is left because the code looks wrong.
 * name: as the diff's headers name it.  Free with draft_diff_free().
 */
struct draft_diff {
	struct buf diff, notes, left;
	unsigned n_mends, n_left;
};
bool draft_mend(const struct draft *d, const struct verdict_document *doc, const char *name,
		const char *text, size_t bytes, struct draft_diff *out, struct diag *err);
void draft_diff_free(struct draft_diff *x);

/*
 * The documented orders (doc NULL: those of the code) as code.  Appends to out.  False with err:
 * they go in a circle, or there are none.
 */
enum draft_export { DRAFT_LOCKDEP, DRAFT_CLANG };
bool draft_export(const struct draft *d, const struct verdict_document *doc,
		  enum draft_export what, struct buf *out, struct diag *err);

#endif
