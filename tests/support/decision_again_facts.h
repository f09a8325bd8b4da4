/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the second implementation of decide() reads off the evidence. */
#ifndef TESTS_SUPPORT_DECISION_AGAIN_FACTS_H
#define TESTS_SUPPORT_DECISION_AGAIN_FACTS_H

#include "storage/filetime.h"
#include "tests/support/decision_again.h"

#define HOUR FILETIME_TICKS_PER_HOUR

struct asking {
	const struct evidence *e;
	const struct policy *p;
	bool has_dump;	    /* one of this crash */
	const char *blamed; /* the vendor it names; NULL: nobody */
	bool is_stranger;   /* it names a driver of nobody known */
	bool has_trial;	    /* an open hold of this volume's record */
	enum again_change change;
	enum policy_word word;
	bool is_finishing;
};

bool fact_can_list(const struct evidence *e);
bool fact_was_pressed(const struct evidence *e);
bool fact_is_failing(const struct evidence *e);
bool fact_ended_by_person(const struct evidence *e);
bool fact_would_divert(const struct evidence *e);
bool fact_is_content_to_blame(const struct evidence *e);
bool fact_is_dump_against(const struct asking *a);
bool fact_is_newer_than_hold(const struct asking *a);
void fact_read_dump(struct asking *a);
bool fact_is_serviced(const struct asking *a);
bool fact_differs(const struct evidence *e, const struct bugcheck *from);
size_t fact_held_below(const struct evidence *e, uint32_t low, uint32_t high);
size_t fact_held_of_record(const struct evidence *e);
size_t fact_count_named(const struct evidence *e);

#endif
