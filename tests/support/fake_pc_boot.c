/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot manager of the PC: BootNext once, then BootOrder from the front,
 * and again at each reset.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "efi/cpu.h"
#include "efi/last_resort.h"
#include "efi/main.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "tests/support/fake_pc.h"

#define SELF_TEST_SECONDS 15
#define MAX_REAL_SECONDS  60 /* a pass that takes longer hangs */
#define BROKEN_STATUS	  3

/* --- A pass of Loopbreaker, in a process of its own ----------------------- */

static _Noreturn void pass_end(struct fake_pc *pc, enum fake_end end)
{
	pc->child_end = end;
	_exit(0);
}

static void end_boot(struct fakefw *f, const char *why)
{
	struct fake_pc *pc = f->pc;

	if (strcmp(why, "reset") != 0)
		pc->log.len += (size_t)snprintf(pc->log.text + pc->log.len,
			FAKE_PC_LOG_BYTES - pc->log.len, "[%s]\r\n", why);
	pass_end(pc, END_NONE);
}

static void on_exit_called(struct fakefw *f)
{
	struct fake_pc *pc = f->pc;

	if (f->timers)
		_exit(BROKEN_STATUS); /* they would call what is gone */

	pc->has_returned = true;
	pass_end(pc, END_NONE);
}

static EFI_STATUS on_start(struct fakefw *f)
{
	struct fake_pc *pc = f->pc;

	if (pc->quirks[QUIRK_WINDOWS_RETURNS])
		return EFI_NO_MAPPING;
	pass_end(pc, fake_windows_start(pc, START_CHAIN_LOAD));
}

static void set_clock(struct fake_pc *pc)
{
	time_t seconds = (time_t)pc->wall;
	struct tm t;

	gmtime_r(&seconds, &t);
	pc->firmware.time = (EFI_TIME){
		.Year = (UINT16)(t.tm_year + 1900),
		.Month = (UINT8)(t.tm_mon + 1),
		.Day = (UINT8)t.tm_mday,
		.Hour = (UINT8)t.tm_hour,
		.Minute = (UINT8)t.tm_min,
		.Second = (UINT8)t.tm_sec,
		.TimeZone = 2047,
	};
}

static _Noreturn void pass_run(struct fake_pc *pc)
{
	struct fakefw *f = &pc->firmware;
	struct firmware fw;

	(void)alarm(MAX_REAL_SECONDS);
	fakefw_boot(f, &fw);
	f->end_boot = end_boot;
	f->on_exit = on_exit_called;
	f->on_start = on_start;
	last_resort_init(&fw); /* as the entry does */
	(void)loopbreaker_main(&fw, cpu_ticks());
	/* The next program finds the firmware as we found it. */
	if (f->pages || f->pool || f->timers || pc->volumes[1].open_files ||
		pc->volumes[3].open_files)
		_exit(BROKEN_STATUS);
	pc->has_returned = true;
	pass_end(pc, END_NONE);
}

static void log_add(struct fake_pc *pc, const char *text, size_t len)
{
	struct fake_pc_log *log = &pc->log;

	if (len > FAKE_PC_LOG_BYTES - 1 - log->len)
		abort();
	memcpy(log->text + log->len, text, len);
	log->len += len;
}

/* Lines are wrapped on the screen; the log has each sentence on one. */
static void log_screen(struct fake_pc *pc)
{
	const char *text = pc->firmware.screen.text;
	size_t len = pc->firmware.screen.len;

	for (size_t i = 0; i < len; i++) {
		if (len - i >= 4 && !memcmp(text + i, "\r\n  ", 4)) {
			log_add(pc, " ", 1);
			i += 3;
		} else {
			log_add(pc, text + i, 1);
		}
	}
}

static enum fake_end loopbreaker_start(struct fake_pc *pc)
{
	int status;
	pid_t child;

	pc->log.passes++;
	pc->log.row++;
	if (pc->log.row > pc->log.longest_row)
		pc->log.longest_row = pc->log.row;
	set_clock(pc);
	fake_pc_connect_parts(pc);
	fake_quirks_arm(pc);
	memcpy(pc->kept, pc->firmware.variables, sizeof(pc->kept));
	pc->kept_count = pc->firmware.variable_count;
	pc->has_returned = false;
	pc->child_end = END_BROKEN;
	(void)fflush(NULL);
	child = fork();
	if (child < 0)
		abort();
	if (!child)
		pass_run(pc);
	if (waitpid(child, &status, 0) != child)
		abort();
	log_screen(pc);
	log_add(pc, pc->port.text, pc->port.len);
	pc->wall += pc->firmware.ticks / FAKEFW_TICKS_PER_MS / 1000;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return END_BROKEN;
	return pc->child_end;
}

/* --- The boot manager ----------------------------------------------------- */

/* Starts Boot####.  False if control is back, and the next one is tried. */
static bool option_start(struct fake_pc *pc, uint16_t number,
	enum fake_start how, enum fake_end *ret_end)
{
	struct fake_path path;
	uint8_t current[2];

	if (!fake_pc_read_option(pc, number, &path) ||
		memcmp(path.guid, pc->esp_guid, sizeof(path.guid)) != 0)
		return false;
	le16_put(current, number);
	if (!pc->quirks[QUIRK_NO_BOOT_CURRENT])
		fakefw_put(&pc->firmware, u"BootCurrent", &fake_pc_global,
			VARS_BS | VARS_RT, current, 2);
	if (!strcmp(path.path, FAKE_OWN_PATH)) {
		*ret_end = loopbreaker_start(pc);
		return !pc->has_returned;
	}
	if (strcmp(path.path, FAKE_WINDOWS_PATH) != 0)
		return false;
	*ret_end = fake_windows_start(
		pc, pc->has_returned ? START_AFTER_RETURN : how);
	return true;
}

static bool next_start(struct fake_pc *pc, enum fake_end *ret_end)
{
	struct fakefw_variable *v =
		fakefw_variable(&pc->firmware, u"BootNext", &fake_pc_global);
	uint16_t number;

	if (!v || v->len != 2)
		return false;
	number = le16_get(v->bytes);
	fakefw_remove(&pc->firmware, u"BootNext", &fake_pc_global);
	return option_start(pc, number, START_BOOT_NEXT, ret_end);
}

/* Somebody chose Loopbreaker in the boot menu. */
static bool menu_start(struct fake_pc *pc, enum fake_end *ret_end)
{
	uint16_t own = pc->quirks[QUIRK_OPTIONS_RENUMBERED]
			       ? FAKE_WINDOWS_OPTION
			       : FAKE_OWN_OPTION;

	return pc->quirks[QUIRK_WINDOWS_FIRST] && pc->log.boots == 1 &&
	       option_start(pc, own, START_BOOT_ORDER, ret_end);
}

static enum fake_end boot(struct fake_pc *pc)
{
	uint16_t order[FAKE_PC_OPTIONS];
	enum fake_end end = END_NONE;
	size_t count;

	pc->wall += SELF_TEST_SECONDS;
	fake_quirks_power_on(pc);
	pc->log.boots++;
	pc->has_returned = false;
	/* What it starts with is read before anything is started. */
	count = fake_pc_order(pc, order, FAKE_PC_OPTIONS);
	if (menu_start(pc, &end) || next_start(pc, &end))
		return end;
	for (size_t i = 0; i < count; i++) {
		if (option_start(pc, order[i], START_BOOT_ORDER, &end))
			return end;
	}
	/* The name every firmware knows, where Windows keeps a copy. */
	end = fake_windows_start(
		pc, pc->has_returned ? START_AFTER_RETURN : START_BOOT_ORDER);
	return end;
}

enum fake_end fake_pc_run(struct fake_pc *pc)
{
	for (;;) {
		enum fake_end end = boot(pc);

		if (end != END_NONE)
			return end;
		if (pc->log.boots == FAKE_PC_MAX_BOOTS)
			return END_ENDLESS;
		fake_quirks_forget(pc);
	}
}
