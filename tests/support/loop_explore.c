/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/loop_explore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Twice as many slots as states may be in use. */
#define FIRST_SLOTS (1u << 12)
#define NO_STATE    UINT32_MAX

struct found {
	struct loop_state state;
	uint32_t from; /* the state it was first reached from */
	struct loop_step step;
};

struct exploration {
	const struct loop_world *w;
	loop_property *is_wrong;
	struct found *found;
	size_t room;
	uint32_t *slots; /* index of a state + 1; 0: free */
	size_t slot_count;
	uint32_t now; /* the state whose steps are followed */
	struct loop_counts *counts;
	bool is_over;
};

/* FNV-1a */
static size_t hash_of(const struct loop_state *s)
{
	const uint8_t *b = (const uint8_t *)s;
	uint64_t h = 0xCBF29CE484222325u;
	size_t i;

	for (i = 0; i < sizeof(*s); i++)
		h = (h ^ b[i]) * 0x100000001B3u;
	return (size_t)(h ^ (h >> 32));
}

static uint32_t *slot_of(struct exploration *x, const struct loop_state *s)
{
	size_t i = hash_of(s) & (x->slot_count - 1);

	while (x->slots[i] &&
		memcmp(&x->found[x->slots[i] - 1].state, s, sizeof(*s)) != 0)
		i = (i + 1) & (x->slot_count - 1);
	return &x->slots[i];
}

static void grow_slots(struct exploration *x)
{
	size_t i;

	free(x->slots);
	x->slot_count = x->slot_count ? 2 * x->slot_count : FIRST_SLOTS;
	x->slots = calloc(x->slot_count, sizeof(*x->slots));
	assert_non_null(x->slots);
	for (i = 0; i < x->counts->states; i++)
		*slot_of(x, &x->found[i].state) = (uint32_t)i + 1;
}

static void add(struct exploration *x, const struct loop_state *s,
	struct loop_step step)
{
	struct found *f;
	uint32_t *slot;

	if (2 * x->counts->states >= x->slot_count)
		grow_slots(x);
	slot = slot_of(x, s);
	if (*slot)
		return;
	if (x->counts->states == x->room) {
		x->room = x->room ? 2 * x->room : FIRST_SLOTS;
		x->found = realloc(x->found, x->room * sizeof(*x->found));
		assert_non_null(x->found);
	}
	f = &x->found[x->counts->states++];
	*slot = (uint32_t)x->counts->states;
	f->state = *s;
	f->from = x->now;
	f->step = step;
}

static unsigned int depth_of(const struct exploration *x, size_t i)
{
	unsigned int depth = 0;

	for (; x->found[i].from != NO_STATE; i = x->found[i].from)
		depth++;
	return depth;
}

/* The way to state @i, the first step first. */
static void tell_way(const struct exploration *x, size_t i)
{
	unsigned int depth = depth_of(x, i);
	char text[LOOP_TEXT_BYTES];
	unsigned int k;
	size_t at;

	for (k = 0; k <= depth; k++) {
		unsigned int back = depth - k;

		for (at = i; back; back--)
			at = x->found[at].from;
		loop_tell(x->found[at].step, &x->found[at].state, text);
		print_message("%3u. %s\n", k, text);
	}
}

static void tell_verdict(const struct loop_view *v)
{
	const struct decision *d = &v->decision;
	size_t i;

	print_message("      verdict %s:", verdict_text(d->verdict));
	for (i = 0; i < d->reason_count; i++)
		print_message(" %s", reason_name(d->reasons[i].id));
	print_message("\n");
}

static void take(void *ctx, const struct loop_state *next,
	struct loop_step step, const struct loop_view *v)
{
	struct exploration *x = ctx;
	const struct loop_state before = x->found[x->now].state;
	char text[LOOP_TEXT_BYTES];

	if (x->is_over)
		return;
	x->counts->steps++;
	x->counts->wrong = x->is_wrong(x->w, &before, step, next, v);
	if (!x->counts->wrong) {
		add(x, next, step);
		return;
	}
	x->is_over = true;
	tell_way(x, x->now);
	loop_tell(step, next, text);
	print_message("  -> %s\n", text);
	if (step.kind == STEP_PASS)
		tell_verdict(v);
	print_message("%s: %s\n", x->w->name, x->counts->wrong);
}

void loop_explore(const struct loop_world *w, size_t max_states,
	loop_property *is_wrong, struct loop_counts *ret)
{
	static struct loop_view view;
	struct exploration x = {.w = w, .is_wrong = is_wrong, .counts = ret};
	struct loop_state first;
	struct loop_state s;

	memset(ret, 0, sizeof(*ret));
	loop_begin(w, &first);
	x.now = NO_STATE;
	add(&x, &first, (struct loop_step){.kind = STEP_BEGIN});
	for (x.now = 0; !x.is_over && x.now < ret->states && x.now < max_states;
		x.now++) {
		s = x.found[x.now].state;
		loop_follow(w, &s, &view, take, &x);
	}
	ret->is_complete = x.now == ret->states;
	if (x.now)
		ret->depth = depth_of(&x, x.now - 1);
	free(x.found);
	free(x.slots);
}
