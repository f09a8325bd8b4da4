/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every state of a world that can be reached, breadth first, each once. */
#ifndef TESTS_SUPPORT_LOOP_EXPLORE_H
#define TESTS_SUPPORT_LOOP_EXPLORE_H

#include <stddef.h>

#include "tests/support/loop_model.h"

/*
 * What is wrong with a step, or NULL.  @v has the decision if it is a pass.
 */
typedef const char *loop_property(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_state *after, const struct loop_view *v);

struct loop_counts {
	size_t states;
	size_t steps;
	unsigned int depth; /* steps from the beginning to the farthest state */
	bool is_complete;   /* nothing was left out */
	const char *wrong;  /* the first property that was violated, or NULL */
};

/**
 * loop_explore - follow all steps from the beginning of @w
 * @max_states: how many states to look at
 *
 * Stops at the first step that @is_wrong finds fault with, and prints the way
 * there as a story: it is one of the shortest.
 */
void loop_explore(const struct loop_world *w, size_t max_states,
	loop_property *is_wrong, struct loop_counts *ret);

#endif
