/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/desk.h"

#include <string.h>

struct desk desk;

int desk_start(void **state)
{
	(void)state;
	memset(&desk, 0, sizeof(desk));
	fakefw_start(&desk.machine, &desk.fw);
	desk.front.fw = &desk.fw;
	return 0;
}

void desk_add_keyboard(void)
{
	fakefw_add_keyboard(&desk.machine, &desk.keyboard);
}

void desk_open(const struct fakefw_key *keys, size_t count)
{
	struct front *f = &desk.front;

	desk.keyboard.keys = keys;
	desk.keyboard.count = count;
	fakefw_boot(&desk.machine, &desk.fw);
	clock_open(&f->clock, &desk.fw, 0);
	watchdog_arm(&f->watchdog, &desk.fw, &f->clock);
	console_open(&f->console, &desk.fw);
}

void desk_close(void)
{
	console_close(&desk.front.console);
	watchdog_stop(&desk.front.watchdog);
}

uint64_t desk_ms_since(uint64_t ticks)
{
	return (desk.machine.ticks - ticks) / FAKEFW_TICKS_PER_MS;
}
