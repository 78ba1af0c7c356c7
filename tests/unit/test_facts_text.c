/* SPDX-License-Identifier: MIT */
/* The text form: what people write by hand, and that it gives back what was printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "facts/facts.h"

static struct facts_unit *parse(const char *text)
{
	struct diag d = {0};
	struct facts_unit *u = facts_parse(text, "t.facts", &d);

	if (!u)
		fail_msg("%s", d.text);
	return u;
}

static void expect_error(const char *text, const char *want)
{
	struct diag d = {0};
	struct facts_unit *u = facts_parse(text, "t.facts", &d);

	facts_free(u);
	assert_null(u);
	if (!strstr(d.text, want))
		fail_msg("wanted '%s' in '%s'", want, d.text);
}

static const char sample[] =
	"unit \"a.c\"   # a comment\n"
	"var l lock mutex\n"
	"var ops static type my_ops \"a.c\":3\n"
	"struct kvm\n"
	"  member lock lock mutex; member arch.mmu_lock lock rwlock\n"
	"struct kvm_vcpu member kvm ptr kvm\n"
	"varname kvm kvm 120\n"
	"init ops.my_ops.run = vmx_run\n"
	"func f(kvm: kvm, vcpu: kvm_vcpu, flag) \"a.c\":10 static\n"
	"  %1 = field %kvm kvm.lock\n"
	"  take exclusive mutex %1 by mutex_lock_nested @12\n"
	"  %r = take mutex try if-nonzero &l @\"x.h\":13\n"
	"  br %r got out\n"
	"got:\n"
	"  %3 = call g(%kvm, _, %flag) @helper \"x.h\":7 from mid \"y.h\":8 from 14\n"
	"  call *%3(null, -3)\n"
	"  drop mutex &l\n"
	"out:\n"
	"  wait %vcpu->kvm->arch.mmu_lock @16 srcu\n"
	"  assert shared %1; deny %1; rewait %1\n"
	"  store %3 -> %kvm->lock\n"
	"  spawn g lock %1 @19\n"
	"  defer *%3 lock %1\n"
	"  call static-key run(%vcpu)\n"
	"  switch %flag done [1 got, -2 out]\n"
	"done:\n"
	"  drop %1\n"
	"  ret %3\n"
	"func g(kvm)\n";

static void test_sample(void **state)
{
	struct facts_unit *u = parse(sample);
	const struct facts_func *f = &u->funcs.at[0];
	const struct facts_event *e = f->events.at;

	assert_int_equal(u->funcs.n, 2);
	assert_int_equal(u->funcs.at[1].blocks.n, 0);
	assert_int_equal(f->blocks.n, 4); /* the first one has no label */
	assert_string_equal(strtab_str(u->str, u->source), "a.c");
	assert_int_equal(u->members.n, 3);
	assert_true(u->members.at[2].is_pointer);
	assert_int_equal(f->line, 10);
	assert_true(u->syms.at[f->sym].is_local);

	assert_int_equal(e[0].kind, FACTS_TAKE);
	assert_int_equal(e[0].lock_kind, FACTS_KIND_MUTEX);
	assert_string_equal(strtab_str(u->str, e[0].prim), "mutex_lock_nested");
	assert_int_equal(u->locs.at[e[0].loc].line, 12);
	assert_string_equal(strtab_str(u->str, u->locs.at[e[0].loc].func), "f");
	assert_int_equal(f->values.at[e[0].lock].op, FACTS_FIELD);
	assert_int_equal(f->values.at[f->values.at[e[0].lock].a].op, FACTS_PARAM);

	assert_int_equal(e[1].flags, FACTS_TRY);
	assert_int_equal(e[1].success, FACTS_IF_NONZERO);
	assert_int_equal(f->values.at[e[1].result].a, 1);
	assert_int_equal(f->values.at[e[1].lock].op, FACTS_GLOBAL);
	assert_int_equal(f->blocks.at[0].term, FACTS_BRANCH);
	assert_int_equal(f->list.at[f->blocks.at[0].succs + 1], 2);

	assert_int_equal(e[2].n_args, 3);
	assert_int_equal(f->list.at[e[2].args + 1], FACTS_NONE);
	assert_string_equal(strtab_str(u->str, u->locs.at[u->locs.at[e[2].loc].up].func), "mid");
	assert_int_equal(u->locs.at[u->locs.at[u->locs.at[e[2].loc].up].up].line, 14);
	assert_int_equal(e[3].flags, 0);
	assert_int_equal(e[3].target, e[2].result);
	assert_int_equal(u->locs.at[e[3].loc].line, 10); /* no place: the function's */
	assert_int_equal(f->blocks.at[1].term, FACTS_JUMP);

	assert_int_equal(e[5].mode, ORDER_WAIT);
	assert_int_equal(f->values.at[e[5].lock].op, FACTS_FIELD);
	assert_string_equal(strtab_str(u->str, f->values.at[e[5].lock].b), "kvm");
	assert_int_equal(f->values.at[f->values.at[e[5].lock].a].op, FACTS_DEREF);
	assert_int_equal(e[6].mode, ORDER_SHARED);
	assert_int_equal(e[9].kind, FACTS_STORE);
	assert_int_equal(e[9].n_args, 1);
	assert_int_equal(e[12].flags, FACTS_DIRECT | FACTS_STATIC_KEY);
	assert_int_equal(f->blocks.at[2].n_succs, 3);
	assert_int_equal(f->cases.at[f->blocks.at[2].cases + 1], -2);
	facts_free(u);
}

/* A dot goes into an embedded struct that has a name; one without a name stays in the member. */
static void test_dots(void **state)
{
	struct facts_unit *u = parse("struct kvm member arch type kvm_arch/member irqfds.lock lock spin\n"
				     "func f(kvm: kvm)\n take %kvm->arch.hv.lock\n take %kvm->irqfds.lock\n");
	const struct facts_func *f = &u->funcs.at[0];
	const struct facts_value *v = &f->values.at[f->events.at[0].lock];

	assert_string_equal(strtab_str(u->str, v->b), "kvm_arch");
	assert_string_equal(strtab_str(u->str, v->c), "hv.lock");
	assert_string_equal(strtab_str(u->str, f->values.at[v->a].c), "arch");
	v = &f->values.at[f->events.at[1].lock];
	assert_string_equal(strtab_str(u->str, v->b), "kvm");
	assert_string_equal(strtab_str(u->str, v->c), "irqfds.lock");
	facts_free(u);
}

static void test_errors(void **state)
{
	expect_error("unit \"a.c\"\nfoo\n", "t.facts:2: 'foo' begins no statement");
	expect_error("unit \"a.c\n", "t.facts:1: a quoted name does not end");
	expect_error("func f()\n  take %x\n", "t.facts:2: no value and no parameter %x");
	expect_error("func f()\n  take &l\n", "t.facts:2: no variable l; declare it first");
	expect_error("func f(a)\n\n  take %a->lock\n", "t.facts:3: what does it point to");
	expect_error("func f(a)\n jump out\n", "t.facts:2: no block out");
	expect_error("func f(a)\nx:\nx:\n", "t.facts:3: block x twice");
	expect_error("func f(a)\n ret\n take %a\n", "t.facts:3: this block has ended");
	expect_error("func f(a)\n grab %a\n", "t.facts:2: 'grab' is no event");
	expect_error("func f(a)\n take %a 12\n", "t.facts:2: did not expect '12'");
	expect_error("func f(a)\n %1 = deref %a\n %1 = deref %a\n", "t.facts:3: this value is defined twice");
	expect_error("func f(a)\n %1 = deref %2\n %2 = deref %1\n", "is made from itself");
	expect_error("func f(a)\n take %a @4294967296\n", "is not a number between");
	expect_error("func f(a)\n take waiting %a\n", "never held");
	expect_error("func f()\nfunc f()\n", "function f twice");
	expect_error("var l lock big\n", "'big' is no kind of lock");
	expect_error("member x\n", "outside of a struct");
	expect_error("func f(a)\n %1 = result\n", "broken facts: function f: value 0 is the result");
	expect_error("var l\nfunc f(a)\n call l()\n", "t.facts:3: l is a variable");
}

/* Cut the sample anywhere, and put a stray mark anywhere: an answer or an error, never a crash. */
static void test_any_text(void **state)
{
	static const char marks[] = "%\"(:-9_\n"; /* and the NUL */
	char *text = strdup(sample);
	struct diag d;

	for (size_t i = 0; i < strlen(sample); i++) {
		char was = text[i];

		for (size_t k = 0; k < sizeof(marks); k++) {
			text[i] = marks[k];
			facts_free(facts_parse(text, "t", &d));
		}
		text[i] = was;
	}
	free(text);
}

static void test_print_is_stable(void **state)
{
	struct facts_unit *u = parse(sample), *again;
	struct buf one = {0}, two = {0};

	facts_print(u, &one);
	again = parse(buf_str(&one));
	facts_print(again, &two);
	assert_string_equal(buf_str(&one), buf_str(&two));
	buf_free(&one);
	buf_free(&two);
	facts_free(u);
	facts_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_dots),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_print_is_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
