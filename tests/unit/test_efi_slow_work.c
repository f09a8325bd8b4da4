/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that takes long and ends: no hang, and what was said is to be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/front.h"
#include "efi/platform.h"
#include "tests/support/fakefw.h"

#define SECOND	       1000000u /* microseconds */
#define TWENTY_MINUTES 1200u

static struct fakefw machine;
static struct firmware fw;
static struct front front;
static struct platform platform;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&front, 0, sizeof(front));
	fakefw_boot(&machine, &fw);
	front.fw = &fw;
	front.site.fw = &fw;
	clock_open(&front.clock, &fw, 0);
	watchdog_arm(&front.watchdog, &fw, &front.clock);
	console_open(&front.console, &fw);
	platform_fill(&front, &platform);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	console_close(&front.console);
	watchdog_stop(&front.watchdog);
	return 0;
}

/* Longer than a run may take that only searches. */
static void it_is_no_hang(void **state)
{
	(void)state;
	platform.ops->slow_work(platform.ctx, 0);
	for (unsigned int i = 0; i < TWENTY_MINUTES; i++) {
		(void)fw.boot->Stall(SECOND);
		platform.ops->slow_work(platform.ctx, 1000);
	}
	assert_int_equal(machine.reset_calls, 0);
	/* ... and what comes afterwards has all of its own time. */
	for (unsigned int i = 0; i < TWENTY_MINUTES / 4; i++) {
		(void)fw.boot->Stall(SECOND);
		platform.ops->progress(platform.ctx);
	}
	assert_int_equal(machine.reset_calls, 0);
}

static void it_is_announced(void **state)
{
	(void)state;
	platform.ops->say(platform.ctx, SAY_INFO, "Trying a key.");
	assert_null(strstr(machine.screen.text, "Trying a key."));
	platform.ops->slow_work(platform.ctx, 0);
	assert_non_null(strstr(machine.screen.text, "Trying a key."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_no_hang, start, stop),
		cmocka_unit_test_setup_teardown(it_is_announced, start, stop),
	};

	return cmocka_run_group_tests_name("efi_slow_work", tests, NULL, NULL);
}
