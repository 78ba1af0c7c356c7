/* SPDX-License-Identifier: MIT */
/*
 * The document against itself, without any code: orders that form a cycle, a permission that the
 * orders make forbidden, a "therefore" whose conclusion does not follow.
 */
#include "verdict/internal.h"

#include <stdlib.h>
#include <string.h>

struct node {
	const char *name;
	bool is_read_side;
};
struct edge {
	uint32_t from, to;
	bool is_wait, is_order; /* is_order: said to happen, not only allowed */
	const struct verdict_statement *s;
};
struct own {
	struct verdict *v;
	struct verdict_document *d;
	struct { VEC(struct node); } nodes;
	struct { VEC(struct edge); } edges;
	struct strtab *names;	 /* of the nodes; ids are indices + 1 */
	struct map sentences;	 /* sentence_no -> index of its first statement */
	/* of the search: edges by the node that they leave, in their order; index + 1, 0: none */
	size_t *first, *next;
	size_t *by; /* edge + 1 that led to a node, of round[node] */
	uint32_t *round, *queue, n_rounds;
};

/* ---- the document as a graph --------------------------------------------------------- */

static uint32_t node_of(struct own *o, const struct verdict_statement *s, unsigned i)
{
	const char *name = s->names[i].cls != LORE_NONE ? verdict_class_name(o->v, s->names[i].cls)
							: s->rule->locks[i];

	uint32_t id = strtab_id(o->names, *name ? name : "?");

	if (id > o->nodes.n)
		vec_push(&o->nodes, (struct node){ strtab_str(o->names, id),
						   verdict_is_read_side(o->v, s->names[i].cls) });
	return id - 1;
}

/* The edge that a statement speaks of, whether it says, allows or forbids it. */
static bool edge_of(struct own *o, const struct verdict_statement *s, struct edge *e)
{
	enum rules_kind kind = s->rule->kind;
	bool is_wait = kind == RULES_WAITS || kind == RULES_NEVER_WAITS;
	bool is_turned = is_wait || kind == RULES_REQUIRES; /* b is the outer one */

	if (s->rule->is_question || !s->rule->locks[0] || !s->rule->locks[1])
		return false;
	if (kind != RULES_ORDER && kind != RULES_NEVER && kind != RULES_MAY && !is_turned)
		return false;
	*e = (struct edge){ .is_wait = is_wait,
			    .s = s,
			    .is_order = kind == RULES_ORDER || kind == RULES_REQUIRES };
	e->from = node_of(o, s, is_turned ? 1 : 0);
	e->to = node_of(o, s, is_turned ? 0 : 1);
	if (is_wait)
		o->nodes.at[e->to].is_read_side = true;
	return true;
}

static bool forbids(const struct verdict_statement *s)
{
	return s->rule->kind == RULES_NEVER || s->rule->kind == RULES_NEVER_WAITS;
}

static void build(struct own *o)
{
	struct edge e;

	for (size_t i = 0; i < o->d->statements.n; i++)
		if (edge_of(o, &o->d->statements.at[i], &e) && !forbids(e.s))
			vec_push(&o->edges, e);
}

static void index_edges(struct own *o)
{
	o->first = xcalloc(o->nodes.n + 1, sizeof(*o->first));
	o->next = xcalloc(o->edges.n + 1, sizeof(*o->next));
	o->by = xcalloc(o->nodes.n + 1, sizeof(*o->by));
	o->round = xcalloc(o->nodes.n + 1, sizeof(*o->round));
	o->queue = xcalloc(o->nodes.n + 1, sizeof(*o->queue));
	for (size_t i = o->edges.n; i-- > 0;) {
		size_t *first = &o->first[o->edges.at[i].from];

		o->next[i] = *first;
		*first = i + 1;
	}
}

/* The way that led to `here`, and the last edge, from the first on. */
static size_t write_path(const struct own *o, uint32_t from, uint32_t here, size_t last,
			 size_t *path)
{
	size_t length = 0;

	path[length++] = last;
	while (here != from) {
		path[length++] = o->by[here] - 1;
		here = o->edges.at[o->by[here] - 1].from;
	}
	for (size_t i = 0; i < length / 2; i++) {
		size_t t = path[i];

		path[i] = path[length - 1 - i];
		path[length - 1 - i] = t;
	}
	return length;
}

/*
 * Shortest way from -> to over the first n edges; all but the last are orders, the last waits or
 * not as asked.  path gets indices of edges; returns its length, 0: none.
 */
static size_t find_path(struct own *o, size_t n, uint32_t from, uint32_t to, bool is_wait,
			size_t *path)
{
	size_t head = 0, tail = 0;

	o->n_rounds++;
	o->queue[tail++] = from;
	while (head < tail) {
		uint32_t here = o->queue[head++];

		for (size_t i = o->first[here]; i && i <= n; i = o->next[i - 1]) {
			const struct edge *e = &o->edges.at[i - 1];

			if (e->from == e->to)
				continue;
			if (e->to == to && e->is_wait == is_wait)
				return write_path(o, from, here, i - 1, path);
			if (!e->is_order || e->to == from || o->round[e->to] == o->n_rounds)
				continue;
			o->round[e->to] = o->n_rounds;
			o->by[e->to] = i;
			o->queue[tail++] = e->to;
		}
	}
	return 0;
}

static void add_edge_text(const struct own *o, struct buf *b, const struct edge *e)
{
	buf_addf(b, e->is_wait ? "the wait for %s inside %s (line %u)" : "%s inside %s (line %u)",
		 o->nodes.at[e->to].name, o->nodes.at[e->from].name, e->s->rule->line);
}

static void add_path_text(const struct own *o, struct buf *b, const size_t *path, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(b, i + 1 == n ? " and " : ", ");
		add_edge_text(o, b, &o->edges.at[path[i]]);
	}
}

/* Which statements the last finding is about. */
static void note_about(struct own *o, const struct verdict_statement *first, const size_t *path,
		       size_t n, const char *message)
{
	const struct verdict_statement **about = xcalloc(n + 1, sizeof(*about));
	struct verdict_finding *f;

	about[0] = first;
	for (size_t i = 0; i < n; i++)
		about[i + 1] = o->edges.at[path[i]].s;
	f = &o->d->findings.at[o->d->findings.n - 1];
	if (!f->about && !strcmp(f->message, message)) { /* else it was said before */
		f->about = verdict_keep(o->v, about, (n + 1) * sizeof(*about));
		f->n_about = (uint32_t)n + 1;
	}
	free(about);
}

/* ---- orders in a cycle ------------------------------------------------------------------ */

static void check_cycles(struct own *o, size_t *path)
{
	for (size_t i = 0; i < o->edges.n; i++) {
		const struct edge *e = &o->edges.at[i];
		bool has_read_side =
			o->nodes.at[e->from].is_read_side || o->nodes.at[e->to].is_read_side;
		struct buf b = { 0 };
		size_t n;

		if (!e->is_order || e->is_wait)
			continue;
		n = find_path(o, i, e->to, e->from, false, path);
		for (size_t k = 0; k < n; k++) {
			const struct edge *p = &o->edges.at[path[k]];

			has_read_side |= o->nodes.at[p->from].is_read_side ||
					 o->nodes.at[p->to].is_read_side;
			if (!p->is_order)
				n = 0; /* only allowed: the tension below says it */
		}
		if (!n)
			continue;
		buf_add(&b, "the document's orders go round in a circle: ");
		add_edge_text(o, &b, e);
		buf_add(&b, ", yet ");
		add_path_text(o, &b, path, n);
		if (has_read_side)
			buf_add(&b, "; harmless as long as nobody waits for the readers under "
				    "these locks");
		verdict_add_finding(o->v, o->d, "document-cycle",
				    has_read_side ? VERDICT_NOTE : VERDICT_WARNING,
				    e->s->rule->line, buf_str(&b));
		note_about(o, e->s, path, n, buf_str(&b));
		buf_free(&b);
	}
}

/* ---- what is allowed here and forbidden there ---------------------------------------------- */

static void report_tension(struct own *o, const struct edge *never, const size_t *path, size_t n)
{
	bool is_upheld = never->s->value != VERDICT_CONTRADICTED;
	struct buf b = { 0 };

	buf_add(&b, "the document forbids ");
	add_edge_text(o, &b, never);
	buf_add(&b, n == 1 ? ", yet it has " : ", yet orders lead there: ");
	add_path_text(o, &b, path, n);
	if (n > 1)
		buf_addf(&b, "; both hold only if the %s never meet", n == 2 ? "three" : "locks");
	verdict_add_finding(o->v, o->d, n == 1 ? "document-contradiction" : "tension",
			    n > 1 && is_upheld ? VERDICT_NOTE : VERDICT_WARNING,
			    never->s->rule->line, buf_str(&b));
	note_about(o, never->s, path, n, buf_str(&b));
	buf_free(&b);
}

static void check_never(struct own *o, struct edge *never, size_t *path)
{
	size_t n = find_path(o, o->edges.n, never->from, never->to, never->is_wait, path);

	if (n)
		report_tension(o, never, path, n);
}

static void check_tensions(struct own *o, size_t *path)
{
	struct edge never;

	for (size_t i = 0; i < o->d->statements.n; i++) {
		const struct verdict_statement *s = &o->d->statements.at[i];

		if (!forbids(s) || !edge_of(o, s, &never))
			continue;
		check_never(o, &never, path);
		if (s->rule->is_together) {
			struct edge other = never;

			other.from = never.to;
			other.to = never.from;
			check_never(o, &other, path);
		}
	}
}

/* ---- therefore --------------------------------------------------------------------------------
 */

static bool ignore_cycle(const struct order_cycle *c, void *ctx)
{
	(void)c;
	*(bool *)ctx = true;
	return false;
}

static struct order_edge to_order(const struct own *o, const struct edge *e)
{
	return (struct order_edge){
		.from = e->from,
		.to = e->to,
		.from_mode = o->nodes.at[e->from].is_read_side ? ORDER_SHARED_RECURSIVE
							       : ORDER_EXCLUSIVE,
		.to_mode = e->is_wait			     ? ORDER_WAIT
			   : o->nodes.at[e->to].is_read_side ? ORDER_SHARED_RECURSIVE
							     : ORDER_EXCLUSIVE,
	};
}

struct premise {
	struct { VEC(struct edge); } edges;
	unsigned line;
	bool is_known, is_contradicted, is_implied;
};

/* "Unlike B, A is released before the wait": says that B is held there, without saying so. */
static bool implies_wait(const struct verdict_statement *p, const struct verdict_statement *c)
{
	return p->rule->kind == RULES_RELEASED && c->rule->kind == RULES_NEVER &&
	       p->names[1].cls == c->names[0].cls && p->rule->sentence && c->rule->locks[1] &&
	       strstr(p->rule->sentence, c->rule->locks[1]);
}

static void read_premise(struct own *o, const struct verdict_statement *c, struct premise *p)
{
	uint64_t first = o->d->statements.n;
	struct edge e;

	map_get(&o->sentences, (uint64_t)c->rule->premise, &first);
	for (size_t i = first; i < o->d->statements.n; i++) {
		const struct verdict_statement *s = &o->d->statements.at[i];

		if ((int)s->rule->sentence_no != c->rule->premise)
			break; /* statements of a sentence stand together */
		if (s == c)
			continue;
		if (s->rule->sentence_no == c->rule->sentence_no && s->rule->is_conclusion)
			continue;
		p->is_implied |= implies_wait(s, c);
		p->is_known |= s->rule->kind == RULES_RELEASED;
		if (edge_of(o, s, &e)) {
			p->is_known = true;
			if (!forbids(s))
				vec_push(&p->edges, e);
		}
		p->line = p->line ? p->line : s->rule->line;
		p->is_contradicted |= s->value == VERDICT_CONTRADICTED;
	}
}

/* The few nodes of a premise and its conclusion, counted anew. */
static uint32_t small(const uint32_t *nodes, uint32_t node)
{
	uint32_t i = 0;

	while (nodes[i] != node)
		i++;
	return i;
}

static uint32_t *small_nodes(const struct premise *p, const struct edge *e)
{
	uint32_t *nodes = xcalloc(2 * p->edges.n + 2, sizeof(*nodes));
	size_t n = 0;

	nodes[n++] = e->from;
	nodes[n++] = e->to;
	for (size_t i = 0; i < p->edges.n; i++) {
		nodes[n++] = p->edges.at[i].from;
		nodes[n++] = p->edges.at[i].to;
	}
	return nodes;
}

static struct order_edge to_small(const struct own *o, const struct edge *e, const uint32_t *nodes)
{
	struct order_edge edge = to_order(o, e);

	edge.from = small(nodes, edge.from);
	edge.to = small(nodes, edge.to);
	return edge;
}

static bool closes(struct own *o, const struct premise *p, const struct edge *e)
{
	uint32_t *nodes = small_nodes(p, e);
	struct order_edge edge = to_small(o, e, nodes);
	struct arena graph, scratch;
	struct order_graph *g;
	bool found = false;

	arena_heap(&graph);
	arena_heap(&scratch);
	g = order_new(&graph);
	if (!g)
		die_memory();
	for (size_t i = 0; i < 2 * p->edges.n + 2; i++)
		order_class_add(g);
	for (size_t i = 0; i < p->edges.n; i++) {
		struct order_edge premise = to_small(o, &p->edges.at[i], nodes);

		if (premise.from != premise.to && !order_edge_add(g, &premise, NULL))
			die_memory();
	}
	if (edge.from != edge.to)
		order_closes(g, &edge, NULL, &scratch, ignore_cycle, &found);
	arena_heap_free(&scratch);
	arena_heap_free(&graph);
	free(nodes);
	return found;
}

static void check_conclusion(struct own *o, const struct verdict_statement *c)
{
	struct premise p = { 0 };
	struct edge e;
	bool deadlocks;

	if (!c->rule->is_conclusion || c->rule->premise < 0)
		return;
	if ((c->rule->kind != RULES_MAY && !forbids(c)) || !edge_of(o, c, &e))
		return;
	read_premise(o, c, &p);
	if (p.is_known) {
		deadlocks = p.is_implied || closes(o, &p, &e);
		if (forbids(c) && !deadlocks)
			verdict_add_finding(o->v, o->d, "does-not-follow", VERDICT_WARNING,
					    c->rule->line,
					    verdict_say(o->v,
							"\"%s\" does not follow from line %u: the "
							"two alone cannot deadlock",
							c->rule->text, p.line));
		if (!forbids(c) && deadlocks)
			verdict_add_finding(o->v, o->d, "does-not-follow", VERDICT_WARNING,
					    c->rule->line,
					    verdict_say(o->v,
							"\"%s\" does not follow from line %u: "
							"together they deadlock",
							c->rule->text, p.line));
		if (p.is_contradicted)
			verdict_add_finding(
				o->v, o->d, "premise-contradicted", VERDICT_NOTE, c->rule->line,
				verdict_say(o->v,
					    "\"%s\" rests on line %u, which the code contradicts",
					    c->rule->text, p.line));
	}
	vec_free(&p.edges);
}

static void free_own(struct own *o)
{
	vec_free(&o->nodes);
	vec_free(&o->edges);
	strtab_free(o->names);
	map_free(&o->sentences);
	free(o->first);
	free(o->next);
	free(o->by);
	free(o->round);
	free(o->queue);
}

void verdict_check_itself(struct verdict *v, struct verdict_document *d)
{
	struct own o = { .v = v, .d = d, .names = strtab_new() };
	size_t *path;
	struct edge e;

	build(&o);
	for (size_t i = 0; i < d->statements.n; i++) {
		const struct verdict_statement *s = &d->statements.at[i];

		edge_of(&o, s, &e); /* forbidden edges may bring nodes of their own */
		map_slot(&o.sentences, s->rule->sentence_no, i);
	}
	index_edges(&o);
	path = xcalloc(o.edges.n + 1, sizeof(*path));
	check_cycles(&o, path);
	check_tensions(&o, path);
	for (size_t i = 0; i < d->statements.n; i++)
		check_conclusion(&o, &d->statements.at[i]);
	free(path);
	free_own(&o);
}
