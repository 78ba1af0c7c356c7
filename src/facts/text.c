/* SPDX-License-Identifier: MIT */
#include "facts/text.h"

#include <string.h>

const char *const facts_op_words[FACTS_OPS] = {
	[FACTS_OPAQUE] = "opaque", [FACTS_PARAM] = "param", [FACTS_CONST] = "const",
	[FACTS_FUNC] = "function", [FACTS_GLOBAL] = "global", [FACTS_LOCAL] = "local",
	[FACTS_FIELD] = "field", [FACTS_INDEX] = "index", [FACTS_DEREF] = "deref",
	[FACTS_CALL] = "result", [FACTS_PHI] = "phi", [FACTS_CMP] = "cmp", [FACTS_SAME] = "same",
	[FACTS_NOT] = "not", [FACTS_AND] = "and", [FACTS_OR] = "or", [FACTS_SELECT] = "select",
};
const char *const facts_pred_words[FACTS_PREDS] = {
	[FACTS_EQ] = "eq", [FACTS_NE] = "ne", [FACTS_LT] = "lt", [FACTS_LE] = "le",
	[FACTS_GT] = "gt", [FACTS_GE] = "ge", [FACTS_IS_ERR] = "is-err",
};
const char *const facts_event_words[FACTS_EVENT_KINDS] = {
	[FACTS_TAKE] = "take", [FACTS_DROP] = "drop", [FACTS_WAIT] = "wait",
	[FACTS_ASSERT] = "assert", [FACTS_DENY] = "deny", [FACTS_REWAIT] = "rewait",
	[FACTS_DEFER] = "defer", [FACTS_SPAWN] = "spawn", [FACTS_CALL_EVENT] = "call",
	[FACTS_STORE] = "store",
};
const char *const facts_mode_words[ORDER_MODES] = {
	[ORDER_EXCLUSIVE] = "exclusive", [ORDER_SHARED] = "shared",
	[ORDER_SHARED_RECURSIVE] = "shared-recursive", [ORDER_WAIT] = "waiting",
};
const char *const facts_success_words[FACTS_SUCCESSES] = {
	[FACTS_ALWAYS] = "always", [FACTS_IF_ZERO] = "if-zero", [FACTS_IF_NONZERO] = "if-nonzero",
	[FACTS_IF_POSITIVE] = "if-positive",
};
const char *const facts_kind_words[FACTS_LOCK_KINDS] = {
	[FACTS_KIND_UNKNOWN] = "unknown", [FACTS_KIND_MUTEX] = "mutex", [FACTS_KIND_SPIN] = "spin",
	[FACTS_KIND_RWLOCK] = "rwlock", [FACTS_KIND_RWSEM] = "rwsem", [FACTS_KIND_SRCU] = "srcu",
	[FACTS_KIND_RCU] = "rcu", [FACTS_KIND_READSIDE] = "readside",
};
const char *const facts_term_words[FACTS_TERMS] = {
	[FACTS_RET] = "ret", [FACTS_JUMP] = "jump", [FACTS_BRANCH] = "br", [FACTS_SWITCH] = "switch",
	[FACTS_STOP] = "stop",
};
const struct facts_flag_word facts_flag_words[4] = {
	{"try", FACTS_TRY}, {"nested", FACTS_NESTED}, {"static-key", FACTS_STATIC_KEY},
	{"intr", FACTS_INTR},
};

int facts_word(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

uint8_t facts_default_mode(uint8_t event_kind, uint8_t lock_kind)
{
	if (event_kind == FACTS_WAIT)
		return ORDER_WAIT;
	if (lock_kind == FACTS_KIND_SRCU || lock_kind == FACTS_KIND_RCU ||
	    lock_kind == FACTS_KIND_READSIDE)
		return ORDER_SHARED_RECURSIVE;
	return ORDER_EXCLUSIVE;
}

bool facts_has_target(uint8_t event_kind)
{
	return event_kind == FACTS_DEFER || event_kind == FACTS_SPAWN || event_kind == FACTS_CALL_EVENT;
}
