/* SPDX-License-Identifier: MIT */
/*
 * The sentence forms, one row each.
 *
 *   $A $B   lists of locks ("A, B and C", "these locks", "it"); $A may be left out where the clause
 *           before or the declaration beside the comment says it
 *   $W      a wait, synchronize_srcu(&S)      $F   a function        $U   one lock
 *   $C      words that name a context         $X   the rest of the clause
 *   MOD     modal verbs, may be none; IMOD    the same before a verb in the active voice
 *   @word   a class of words, below           a|b  one of these      ?e   e may be left out
 *   END     the clause ends here
 * Of the rows that fit at one place one without $X counts, then the longest match, then the first
 * row.
 */
#include "rules/internal.h"

#include <string.h>

static const struct {
	const char *name, *words;
} classes[] = {
	{ "taken", "taken acquired grabbed obtained locked claimed entered" },
	{ "take", "take takes acquire acquires grab grabs obtain obtains lock locks enter enters "
		  "get gets claim" },
	{ "taking", "taking acquiring grabbing obtaining locking entering getting" },
	{ "hold", "hold holds own owns" },
	{ "holding", "holding owning" },
	{ "in", "inside within under underneath beneath below" },
	{ "out", "outside before above around" },
	{ "nest", "nest nests nested nesting" },
	{ "dropped", "released dropped unlocked relinquished" },
	{ "drop", "release releases drop drops unlock unlocks" },
	{ "dropping", "releasing dropping unlocking" },
	{ "called", "called invoked issued run used done executed entered reached made performed" },
	{ "call", "call calls invoke invokes issue run use do execute" },
	{ "calling", "calling invoking issuing running using executing waiting" },
	{ "when", "while when whilst with" },
	{ "guards",
	  "protects protect guards guard serializes serialises serialize covers synchronizes" },
	{ "guarded", "protected guarded serialized serialised covered" },
};

const char *rules_word_class(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (!strcmp(classes[i].name, name))
			return classes[i].words;
	return NULL;
}

const struct row rules_rows[] = {
	/* A inside B */
	{ "$A MOD @taken @in $B", ACT_INSIDE, 0 },
	{ "$A MOD @nest @in $B", ACT_INSIDE, ROW_LOOSE },
	{ "$A MOD @nest in $B", ACT_INSIDE, 0 },
	{ "$A MOD @taken after ?@taking|@holding $B ?has|is|are|was|have ?been ?@taken|held",
	  ACT_INSIDE, 0 },
	{ "$A MOD @taken @when ?already @holding $B", ACT_INSIDE, 0 },
	{ "$A MOD @taken @when $B ?is|are|being ?already held|@taken", ACT_INSIDE, 0 },
	{ "IMOD @take $A @in|after ?@taking|@holding $B ?has|is|are ?been ?@taken|held", ACT_INSIDE,
	  0 },
	{ "IMOD @take $A @when ?already @holding $B", ACT_INSIDE, 0 },
	{ "IMOD @take $A @when $B ?is|are ?already held|@taken", ACT_INSIDE, 0 },
	{ "@when ?already @holding $B ?COMMA $A MOD @taken", ACT_INSIDE, 0 },
	{ "@when ?already @holding $B ?COMMA IMOD @take $A", ACT_INSIDE, 0 },
	{ "@when $B ?is|are ?already held ?COMMA $A MOD @taken", ACT_INSIDE, 0 },
	{ "@in $B ?COMMA $A MOD @taken", ACT_INSIDE, 0 },
	{ "$A MOD @in $B", ACT_INSIDE, ROW_ORDERING },
	{ "$A after $B", ACT_INSIDE, ROW_ORDERING },
	{ "$A comes|goes after|inside|below $B", ACT_INSIDE, 0 },
	{ "$A MOD ordered|ranked|placed after|below|inside|under $B", ACT_INSIDE, 0 },
	{ "@taking $A @in $B MOD forbidden|illegal|wrong|prohibited|disallowed|deadlock|deadlocks",
	  ACT_INSIDE, ROW_NEG },
	{ "@taking $A @in $B MOD ?a bug|deadlock", ACT_INSIDE, ROW_NEG },
	{ "@taking $A @in $B MOD fine|legal", ACT_INSIDE, 0 },
	{ "illegal|forbidden|prohibited|disallowed|wrong to @take $A @in|@when ?already ?@holding "
	  "$B",
	  ACT_INSIDE, ROW_NEG },
	{ "not allowed|legal|permitted|safe|possible|ok to @take $A @in|@when ?already ?@holding "
	  "$B",
	  ACT_INSIDE, ROW_NEG },
	{ "$U @nest $A @in $B", ACT_INSIDE, 0 },
	/* A outside B */
	{ "$A MOD @taken @out ?@taking $B ?is|are|has|gets ?been ?@taken|held", ACT_OUTSIDE, 0 },
	{ "$A MOD @taken first ?COMMA ?and then|and $B", ACT_OUTSIDE, 0 },
	{ "$A MOD @nest outside ?of $B", ACT_OUTSIDE, ROW_LOOSE },
	{ "$A MOD @nest around $B", ACT_OUTSIDE, ROW_LOOSE },
	{ "IMOD @take $A @out ?@taking $B ?is|are ?@taken", ACT_OUTSIDE, 0 },
	{ "IMOD first @take $A ?COMMA ?and then|and ?@take $B", ACT_OUTSIDE, 0 },
	{ "IMOD @take $A ?first ?COMMA ?and then ?@take $B", ACT_OUTSIDE, 0 },
	{ "IMOD @take $A first ?COMMA ?and|then ?then @take $B", ACT_OUTSIDE, 0 },
	{ "$A MOD @out $B", ACT_OUTSIDE, ROW_ORDERING },
	{ "$A comes|goes before|outside|above $B", ACT_OUTSIDE, 0 },
	{ "$A MOD ordered|ranked|placed before|above|outside $B", ACT_OUTSIDE, 0 },
	{ "$A MOD precede|precedes $B", ACT_OUTSIDE, 0 },
	{ "$A then $B", ACT_OUTSIDE, ROW_RULE },
	{ "@taking $A @out ?of $B MOD forbidden|illegal|wrong|prohibited|disallowed", ACT_OUTSIDE,
	  ROW_NEG },
	{ "@taking $A @in|@out ?of $B MOD problematic $X", ACT_NOTE, 0 },
	/* one is held while the other is taken */
	{ "$A MOD held @when|before|after|to|for ?@taking|@take $B ?is|are|can|may|must ?be "
	  "?@taken",
	  ACT_HELD_TAKE, 0 },
	{ "IMOD @hold $A @when|before ?@taking $B ?is|are ?@taken", ACT_HELD_TAKE, 0 },
	{ "$A MOD @taken without ?already ?also @holding $B", ACT_NEEDS, ROW_NEG },
	{ "$A MOD @taken unless $B MOD ?already held|@taken", ACT_NEEDS, ROW_NEG },
	{ "$A MOD @take $B", ACT_NEEDS, 0 },
	{ "$A MOD @taken only @in|@when ?@holding $B ?is|are ?held", ACT_NEEDS, 0 },
	{ "$A MOD @dropped before ?@taking $B ?is|are ?@taken", ACT_DROP_FIRST, 0 },
	{ "IMOD @drop $A before ?@taking $B ?is|are ?@taken", ACT_DROP_FIRST, 0 },
	/* never both */
	{ "$A MOD @taken|held|@nest ?both together|simultaneously|concurrently", ACT_TOGETHER, 0 },
	{ "$A MOD @taken|held at the same time", ACT_TOGETHER, 0 },
	{ "$A MOD @taken|held at once", ACT_TOGETHER, 0 },
	{ "IMOD @take|@hold ?both $A ?both together|simultaneously|concurrently", ACT_TOGETHER, 0 },
	{ "IMOD @take|@hold ?both $A at the same time", ACT_TOGETHER, 0 },
	{ "IMOD @take|@hold ?both $A at once", ACT_TOGETHER, 0 },
	{ "IMOD @take|@hold both $A", ACT_TOGETHER, 0 },
	{ "$A MOD @nest END", ACT_TOGETHER, 0 },
	/* waits */
	{ "$W MOD @called @in $B", ACT_WAIT_IN, 0 },
	{ "$W MOD @in $B", ACT_WAIT_IN, ROW_RULE },
	{ "illegal|forbidden|prohibited|disallowed|wrong to @call $W @in|@when ?already ?@holding "
	  "$B",
	  ACT_WAIT_IN, ROW_NEG },
	{ "not allowed|legal|permitted|safe|possible|ok to @call $W @in|@when ?already ?@holding "
	  "$B",
	  ACT_WAIT_IN, ROW_NEG },
	{ "$W MOD @called @when ?already @holding $B", ACT_WAIT_IN, 0 },
	{ "$W MOD @called @when $B ?is|are ?already held|@taken", ACT_WAIT_IN, 0 },
	{ "IMOD @call $W @in $B", ACT_WAIT_IN, 0 },
	{ "IMOD @call $W @when ?already @holding $B", ACT_WAIT_IN, 0 },
	{ "IMOD @call $W @when $B ?is|are ?already held|@taken", ACT_WAIT_IN, 0 },
	{ "@when ?already @holding $B ?COMMA $W MOD @called", ACT_WAIT_IN, 0 },
	{ "@when ?already @holding $B ?COMMA IMOD @call $W", ACT_WAIT_IN, 0 },
	{ "$A MOD held across|over|during|@when|around ?@calling ?the ?call|calls ?to|of $W "
	  "?is|are ?@called",
	  ACT_WAIT_IN, 0 },
	{ "IMOD @hold $A across|over|during|@when|around ?@calling ?the ?call|calls ?to|of $W",
	  ACT_WAIT_IN, 0 },
	{ "$W MOD ?@called outside|without ?of ?@holding $B ?held", ACT_WAIT_OUT, 0 },
	{ "$W MOD @called after $B ?is|are|has|have ?been @dropped", ACT_RELEASED, 0 },
	{ "$W MOD @called after @dropping $B", ACT_RELEASED, 0 },
	{ "unlike $U ?COMMA $A MOD @dropped before ?the ?call ?to ?@calling $W", ACT_RELEASED, 0 },
	{ "$A MOD @dropped before ?the ?call|calls|waiting ?to|for|in ?@calling $W", ACT_RELEASED,
	  0 },
	{ "IMOD @drop $A before ?the ?call ?to ?@calling $W", ACT_RELEASED, 0 },
	/* callers */
	{ "$F MOD @called @when|@in|having ?already ?@holding|held $B ?being|already ?held|@taken",
	  ACT_WITH, 0 },
	{ "$F MOD @called without|outside ?of ?@holding $B ?being ?held|@taken", ACT_WITHOUT, 0 },
	{ "$F ?COLON requires|require|needs|expects ?that $B", ACT_WITH, 0 },
	{ "$B MOD held @when|before|to|for|by|on|in ?@calling|call|callers|entry|@called "
	  "?to|of|from $F",
	  ACT_WITH, 0 },
	{ "$F MOD @called from|by $G @when|@in|having ?already ?@holding|held $B ?being|already "
	  "?held|@taken",
	  ACT_WITH, 0 },
	{ "$F MOD @called from|by $G without|outside ?of ?@holding $B ?being ?held|@taken",
	  ACT_WITHOUT, 0 },
	{ "and|or|but outside|without ?of ?@holding $B ?held", ACT_WITHOUT, ROW_AGAIN },
	{ "$B MOD held by ?the|all|every|its caller|callers ?of|: ?$F", ACT_WITH, 0 },
	{ "?the|all caller|callers ?of ?$F MOD @hold|held|@take $B", ACT_WITH, 0 },
	{ "$B MOD held on entry", ACT_WITH, 0 },
	/* leaves */
	{ "$A MOD ?a|the|also leaf|leafs|leaves|innermost ?lock|locks", ACT_LEAF, ROW_VERB },
	{ "everything|anything|all|others ?else|other|others|the|remaining ?locks ?mutexes MOD ?a "
	  "leaf|leafs|leaves ?lock|locks",
	  ACT_LEAF_ALL, 0 },
	{ "no ?other ?further lock|locks|mutex MOD @taken @in|@when ?@holding $A", ACT_LEAF,
	  ROW_PLAIN },
	{ "nothing ?else MOD @taken @in|@when ?@holding $A", ACT_LEAF, ROW_PLAIN },
	{ "no|nothing|never ?other ?lock|locks MOD @nest @in $A", ACT_LEAF, ROW_PLAIN },
	/* contexts */
	{ "$C MOD @take $A", ACT_CONTEXT, ROW_START },
	{ "$A MOD @taken|held|used by|from|in ?@in $X", ACT_CONTEXT, 0 },
	{ "$A MOD @taken @in $X", ACT_CONTEXT, ROW_ORDERING },
	/* what is only recorded */
	{ "$A @guards $X", ACT_PROTECTS, 0 },
	{ "$A MOD @guarded by|with|under $B", ACT_PROTECTS, ROW_FLIP },
	{ "$C MOD @guarded by|with|under $B", ACT_PROTECTS, ROW_FLIP | ROW_START },
	{ "$A MOD held @when|before|to|for|during|until|across|after|by $X", ACT_PROTECTS,
	  ROW_MUST },
	{ "$B MOD held END", ACT_WITH, ROW_MUST },
	{ "$A ensures|ensure|prevents|guarantees $X", ACT_NOTE, 0 },
	{ "$A is|are a|an $X", ACT_NOTE, 0 },
	{ "$A is|are ?also ?only used $X", ACT_NOTE, 0 },
	{ "$A MOD @taken on $X", ACT_NOTE, 0 },
	{ "while|whereas|but|and $A MOD END", ACT_ELLIPSIS, 0 },
};
const size_t rules_n_rows = ARRAY_LEN(rules_rows);
