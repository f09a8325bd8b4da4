/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds in every life of a PC: the worlds, and the property that is looked
 * for in each.  LOOPBREAKER_DEEP=1: every state there is; otherwise those that
 * are nearest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/loop_explore.h"
#include "tests/support/loop_property.h"

#define SOME_STATES 20000
#define ALL_STATES  30000000

#define SAME_KIND (MAY_CRASH | MAY_CRASH_ALIKE)
#define ANY_KIND  (SAME_KIND | MAY_CRASH_SILENT | MAY_CRASH_OTHER)
#define LOSSES                                                                 \
	(MAY_LOSE_RECORD | MAY_DAMAGE_RECORD | MAY_LOSE_NOTE | MAY_LOSE_STOP | \
		MAY_LOSE_NEXT | MAY_LOSE_FAILURE)
#define FAULTS (LOSSES | MAY_CUT | MAY_BREAK)

struct inquiry {
	struct loop_world w;
	loop_property *is_wrong;
};

static const struct inquiry inquiries[] = {
	{{.name = "crashes and power cuts",
		 .events = SAME_KIND | MAY_UNPLUG | MAY_DELIVER | MAY_CUT,
		 .fault_count = UINT8_MAX,
		 .max_rung = 1,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "every kind of crash",
		 .events = ANY_KIND | MAY_UNPLUG | MAY_PRESS | MAY_DELIVER |
			   MAY_LEAVE_UNFINISHED | MAY_RESTART_SOON,
		 .max_rung = 1,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "the ladder",
		 .events =
			 SAME_KIND | MAY_DELIVER | MAY_DELIVER_OTHER | MAY_WAIT,
		 .max_rung = 3,
		 .max_slots = 2,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "two faults",
		 .events = SAME_KIND | MAY_DELIVER | FAULTS,
		 .faults = FAULTS,
		 .fault_count = 2,
		 .max_rung = 1,
		 .max_slots = 2,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "a status that cannot be marked",
		 .events = SAME_KIND | MAY_UNPLUG | MAY_DELIVER | MAY_CUT |
			   MAY_RESTART_SOON,
		 .faults = MAY_CUT,
		 .fault_count = 1,
		 .max_rung = 2,
		 .max_slots = 2},
		property_of_any_life},
	{{.name = "no blue screen",
		 .events = MAY_UNPLUG | MAY_PRESS | MAY_WAIT | MAY_DELIVER |
			   MAY_CUT | LOSSES | MAY_RESTART_SOON,
		 .fault_count = UINT8_MAX,
		 .max_rung = 3,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_health},
	{{.name = "forged stop code",
		 .events = MAY_FORGE_STOP | MAY_DELIVER | MAY_WAIT,
		 .max_rung = 3,
		 .max_slots = 2},
		property_of_health},
	{{.name = "forged note",
		 .events = MAY_FORGE_NOTE | MAY_DELIVER | MAY_WAIT,
		 .max_rung = 3,
		 .max_slots = 2},
		property_of_health},
	{{.name = "forged stop code and note",
		 .events = MAY_FORGE_NOTE | MAY_FORGE_STOP | MAY_DELIVER,
		 .max_rung = 3,
		 .max_slots = 2},
		property_of_health},
	{{.name = "forged boot status",
		 .events = MAY_FORGE_STATUS | MAY_UNPLUG | MAY_PRESS |
			   MAY_DELIVER,
		 .max_rung = 3,
		 .max_slots = 1},
		property_of_health},
	{{.name = "bad content, one fault",
		 .events = SAME_KIND | MAY_DELIVER | MAY_UNPLUG | MAY_PRESS |
			   (FAULTS & ~MAY_LOSE_NOTE),
		 .faults = MAY_UNPLUG | MAY_PRESS | FAULTS,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 2,
		 .is_markable = true,
		 .is_content_bad = true,
		 .is_lasting = true,
		 .max_starts = 5},
		property_of_cure},
	{{.name = "bad content of days ago, one fault",
		 .events = SAME_KIND | MAY_DELIVER | MAY_WAIT |
			   (FAULTS & ~MAY_LOSE_NOTE),
		 .faults = FAULTS,
		 .fault_count = 1,
		 .max_rung = 2,
		 .max_slots = 2,
		 .is_markable = true,
		 .is_content_bad = true,
		 .is_lasting = true,
		 .max_starts = 7},
		property_of_cure},
	{{.name = "dumps",
		 .events = MAY_CRASH | MAY_CRASH_SILENT | MAY_CRASH_OTHER |
			   MAY_DUMP | MAY_UNPLUG | MAY_DELIVER | MAY_CUT,
		 .faults = MAY_CUT,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "dumps of two vendors",
		 .events = MAY_CRASH_SILENT | MAY_DUMP | MAY_DELIVER |
			   MAY_DELIVER_OTHER,
		 .max_rung = 2,
		 .max_slots = 2,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "dumps without a note",
		 .events = MAY_CRASH_SILENT | MAY_DUMP | MAY_UNPLUG |
			   MAY_PRESS | MAY_DELIVER | MAY_LOSE_NOTE,
		 .max_rung = 1,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "forged dump, one pulled plug",
		 .events = MAY_FORGE_DUMP | MAY_DELIVER | MAY_WAIT | MAY_UNPLUG,
		 .faults = MAY_UNPLUG,
		 .fault_count = 1,
		 .max_rung = 3,
		 .max_slots = 2},
		property_of_health},
	{{.name = "bad content and dumps, no stop code, one fault",
		 .events = MAY_CRASH_SILENT | MAY_DUMP | MAY_DELIVER |
			   MAY_UNPLUG | MAY_PRESS | (FAULTS & ~MAY_LOSE_NOTE),
		 .faults = MAY_UNPLUG | MAY_PRESS | FAULTS,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 2,
		 .is_markable = true,
		 .is_content_bad = true,
		 .is_lasting = true,
		 .max_starts = 5},
		property_of_cure},
	{{.name = "Windows is set up",
		 .events = MAY_CRASH | MAY_UNPLUG | MAY_DELIVER | MAY_SET_UP |
			   MAY_CUT,
		 .faults = MAY_CUT,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 1,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "an incident order",
		 .events = SAME_KIND | MAY_UNPLUG | MAY_DELIVER | MAY_ORDER |
			   MAY_CUT,
		 .faults = MAY_CUT,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 2,
		 .is_markable = true},
		property_of_any_life},
	{{.name = "a person is asked",
		 .events = SAME_KIND | MAY_UNPLUG | MAY_DELIVER |
			   MAY_LOSE_NOTE | MAY_ASK | MAY_CUT,
		 .faults = MAY_LOSE_NOTE | MAY_CUT,
		 .fault_count = 1,
		 .max_rung = 1,
		 .max_slots = 2,
		 .is_markable = true,
		 .wants_word = true},
		property_of_any_life},
};

static void explores(void **state)
{
	const struct inquiry *q = *state;
	size_t most = getenv("LOOPBREAKER_DEEP") ? ALL_STATES : SOME_STATES;
	struct loop_counts counts;

	loop_explore(&q->w, most, q->is_wrong, &counts);
	print_message("counted: %s: %zu states, %zu steps, depth %u%s\n",
		q->w.name, counts.states, counts.steps, counts.depth,
		counts.is_complete ? "" : " (a part)");
	assert_null(counts.wrong);
	assert_true(counts.is_complete || most == SOME_STATES);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(inquiries) / sizeof(inquiries[0])];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i] = (struct CMUnitTest){.name = inquiries[i].w.name,
			.test_func = explores,
			.initial_state = (void *)(uintptr_t)&inquiries[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
