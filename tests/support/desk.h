/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PC of fakefw.h that somebody may be sitting at: the front with its console
 * and its clocks, and a keyboard.
 */
#ifndef TESTS_SUPPORT_DESK_H
#define TESTS_SUPPORT_DESK_H

#include "efi/front.h"
#include "tests/support/fakefw.h"

#define DESK_SECOND_MS 1000

struct desk {
	struct fakefw machine;
	struct firmware fw;
	struct front front;
	struct fakefw_keys keyboard;
};

extern struct desk desk;

/** desk_start - for cmocka: another one, without a keyboard */
int desk_start(void **state);

/** desk_add_keyboard - it has one */
void desk_add_keyboard(void);

/** desk_open - boot the front; @keys will be pressed, and are not copied */
void desk_open(const struct fakefw_key *keys, size_t count);

/** desk_close - the front again */
void desk_close(void);

/** desk_ms_since - since the machine showed @ticks */
uint64_t desk_ms_since(uint64_t ticks);

#endif
