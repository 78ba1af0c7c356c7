/* SPDX-License-Identifier: MIT */
/* The words of the text form, in the order of the enums; private to this room. */
#ifndef LOCKLORE_FACTS_TEXT_H
#define LOCKLORE_FACTS_TEXT_H

#include "facts/facts.h"

extern const char *const facts_op_words[FACTS_OPS];
extern const char *const facts_pred_words[FACTS_PREDS];
extern const char *const facts_event_words[FACTS_EVENT_KINDS];
extern const char *const facts_mode_words[ORDER_MODES];
extern const char *const facts_success_words[FACTS_SUCCESSES];
extern const char *const facts_kind_words[FACTS_LOCK_KINDS];
extern const char *const facts_term_words[FACTS_TERMS];

/* Flags that are written as words (FACTS_DIRECT is not: it shows in how the target is written). */
struct facts_flag_word { const char *word; uint8_t flag; };
extern const struct facts_flag_word facts_flag_words[4];

int facts_word(const char *const *words, int n, const char *word); /* -1: none of them */

/* call, spawn, defer: the target is the main operand, and options other than static-key follow it. */
bool facts_has_target(uint8_t event_kind);

/* The mode that an event has where none is written. */
uint8_t facts_default_mode(uint8_t event_kind, uint8_t lock_kind);

#endif
