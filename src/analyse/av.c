/* SPDX-License-Identifier: MIT */
/* av.c - the abstract numbers: a set of signs, or one constant. */
#include "analyse/state.h"

static uint8_t sign(int64_t c)
{
	return c < 0 ? A_NEG : c == 0 ? A_ZERO : A_POS;
}

struct av av_any(void)
{
	return (struct av){.mask = A_ANY};
}

bool av_knows(struct av a)
{
	return a.mask != A_ANY || a.is_not;
}

struct av av_const(int64_t c)
{
	return (struct av){.mask = sign(c), .is_const = true, .c = c};
}

struct av av_sign(uint8_t mask)
{
	struct av a = {.mask = mask};

	if (mask == A_ZERO)
		a.is_const = true;
	return a;
}

struct av av_join(struct av a, struct av b)
{
	struct av both = {.mask = a.mask | b.mask};

	if (a.is_const && b.is_const && a.c == b.c)
		return a;
	if (a.is_not && ((b.is_not && b.c == a.c) || (b.is_const && b.c != a.c))) {
		both.is_not = true;
		both.c = a.c;
	} else if (b.is_not && a.is_const && a.c != b.c) {
		both.is_not = true;
		both.c = b.c;
	}
	return both;
}

bool av_meets(struct av a, struct av b)
{
	if (a.is_const && b.is_const)
		return a.c == b.c;
	if (((a.is_const && b.is_not) || (a.is_not && b.is_const)) && a.c == b.c)
		return false;
	return (a.mask & b.mask) != 0;
}

bool av_meet(struct av *a, struct av b)
{
	if (!av_meets(*a, b))
		return false;
	if (a->is_const)
		return true;
	if (b.is_const) {
		*a = b;
		return true;
	}
	if (!a->is_not && b.is_not) {
		a->is_not = true;
		a->c = b.c;
	}
	a->mask &= b.mask;
	if (a->mask == A_ZERO)
		*a = av_const(0);
	return true;
}

static int compare_const(int64_t c, enum facts_pred pred, int64_t imm)
{
	switch (pred) {
	case FACTS_EQ: return c == imm;
	case FACTS_NE: return c != imm;
	case FACTS_LT: return c < imm;
	case FACTS_LE: return c <= imm;
	case FACTS_GT: return c > imm;
	case FACTS_GE: return c >= imm;
	case FACTS_IS_ERR: return c < 0 && c >= -4095;
	default: return -1;
	}
}

/* The signs of x for which `x pred imm` can be true. */
static uint8_t true_signs(enum facts_pred pred, int64_t imm)
{
	switch (pred) {
	case FACTS_EQ: return sign(imm);
	case FACTS_NE: return imm == 0 ? A_NEG | A_POS : A_ANY;
	case FACTS_LT: return imm <= 0 ? A_NEG : imm == 1 ? A_NEG | A_ZERO : A_ANY;
	case FACTS_LE: return imm < 0 ? A_NEG : imm == 0 ? A_NEG | A_ZERO : A_ANY;
	case FACTS_GT: return imm >= 0 ? A_POS : imm == -1 ? A_ZERO | A_POS : A_ANY;
	case FACTS_GE: return imm > 0 ? A_POS : imm == 0 ? A_ZERO | A_POS : A_ANY;
	case FACTS_IS_ERR: return A_NEG;
	default: return A_ANY;
	}
}

static enum facts_pred opposite(enum facts_pred pred)
{
	static const uint8_t other[] = {
		[FACTS_EQ] = FACTS_NE, [FACTS_NE] = FACTS_EQ, [FACTS_LT] = FACTS_GE,
		[FACTS_GE] = FACTS_LT, [FACTS_LE] = FACTS_GT, [FACTS_GT] = FACTS_LE,
	};

	return other[pred];
}

static uint8_t false_signs(enum facts_pred pred, int64_t imm)
{
	return pred == FACTS_IS_ERR ? A_ZERO | A_POS : true_signs(opposite(pred), imm);
}

int av_compare(struct av a, enum facts_pred pred, int64_t imm)
{
	if (a.is_const)
		return compare_const(a.c, pred, imm);
	if (a.is_not && a.c == imm && (pred == FACTS_EQ || pred == FACTS_NE))
		return pred == FACTS_NE;
	if (!(a.mask & true_signs(pred, imm)))
		return 0;
	if (!(a.mask & false_signs(pred, imm)))
		return 1;
	return -1;
}

bool av_refine(struct av *a, enum facts_pred pred, int64_t imm, bool truth)
{
	int known = av_compare(*a, pred, imm);

	if (known >= 0)
		return known == truth;
	if ((pred == FACTS_EQ && truth) || (pred == FACTS_NE && !truth)) {
		*a = av_const(imm);
		return true;
	}
	a->mask &= truth ? true_signs(pred, imm) : false_signs(pred, imm);
	if (a->mask == A_ZERO)
		*a = av_const(0);
	else if (imm != 0 && (pred == FACTS_EQ || pred == FACTS_NE) && !a->is_not) {
		a->is_not = true; /* the other side of an equality */
		a->c = imm;
	}
	return a->mask != 0;
}
