/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each quirk of a firmware takes away, and what is left of the ways to
 * start Windows then: what tests/unit/test_quirks.c expects.
 */
#ifndef TESTS_SUPPORT_QUIRK_FACTS_H
#define TESTS_SUPPORT_QUIRK_FACTS_H

#include <stdbool.h>

#include "tests/support/fake_pc.h"

struct quirk_facts {
	bool stays_broken;  /* the July file cannot be held */
	bool next_ignored;  /* BootNext is stored, but leads elsewhere */
	bool order_reverts; /* a changed BootOrder does not stay */
	bool is_uncounted;  /* no mark can be stored, nor BootNext */
	bool forgets;	    /* ... or it does not survive a reset */
	bool reset_returns;
	bool chain_fails;     /* Windows cannot be started from Loopbreaker */
	bool windows_comes;   /* at the second start, without BootNext */
	bool dies;	      /* a run does not come to its end */
	bool is_cut_off;      /* ... nor does it see why */
	bool is_blind;	      /* whether a session began cannot be seen */
	bool is_slow;	      /* from one start to the next */
	bool lacks_option;    /* of Windows */
	bool lacks_room;      /* for a new one */
	bool lacks_memory;    /* to look for its file */
	bool is_alone;	      /* not in pairs: efi/QUIRKS.md says why */
	bool is_mute;	      /* nothing can be said */
	bool is_endless;      /* nothing ends it */
	const char *sentence; /* said wherever the quirk matters */
};

extern const struct quirk_facts quirk_facts[QUIRK_COUNT];

/** quirk_facts_of_both - of two quirks at a time */
struct quirk_facts quirk_facts_of_both(
	const struct quirk_facts *a, const struct quirk_facts *b);

/** quirk_facts_start - how Windows is started: design rule 5, from the facts */
enum fake_start quirk_facts_start(const struct quirk_facts *f);

/**
 * quirk_facts_start_of_pair - the same of two quirks, which together may come
 * to something else than their facts
 * @f: quirk_facts_of_both(); changed where they do
 */
enum fake_start quirk_facts_start_of_pair(
	enum fake_quirk a, enum fake_quirk b, struct quirk_facts *f);

#endif
