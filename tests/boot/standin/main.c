/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for Windows: one start from winload to power-off, with the traces
 * that Windows leaves on its volume and in the firmware's variables.  What
 * happens in it is told by \standin.txt (script.h).
 */
#include <stdio.h>

#include "efi/firmware.h"
#include "efi/main.h"
#include "storage/err.h"
#include "tests/boot/standin/dump_file.h"
#include "tests/boot/standin/pcrs.h"
#include "tests/boot/standin/say.h"
#include "tests/boot/standin/script.h"
#include "tests/boot/standin/session_clock.h"
#include "tests/boot/standin/status_file.h"
#include "tests/boot/standin/traces.h"
#include "tests/boot/standin/windows_volume.h"

/* Content arrives between two heartbeats. */
#define DELIVERY_AFTER_HEALTHY (40 * SECONDS)
#define SHUTDOWN_AFTER_HEALTHY (60 * SECONDS)

#define PAGE_FAULT_IN_NONPAGED_AREA 0x50
#define FAULTING_ADDRESS	    0xffff840500000074ull
#define ANOTHER_ADDRESS		    0xffffc10200000008ull
#define CRASH_PROGRESS		    5

struct standin {
	struct firmware fw;
	uint32_t session;
	struct script script;
	struct session_clock clock;
	struct windows_volume windows;
	struct status_file status;
};

static void end(struct standin *s, EFI_RESET_TYPE type)
{
	status_file_close(&s->status);
	if (windows_volume_close(&s->windows) < 0)
		say(&s->fw, "ERROR the volume could not be closed");
	s->fw.runtime->ResetSystem(type, EFI_SUCCESS, 0, NULL);
	for (;;)
		; /* the runner notices */
}

/* Something that never happens on a working rig. */
static void check(struct standin *s, int err, const char *what)
{
	if (err >= 0)
		return;
	say(&s->fw, "ERROR %d: %s", -err, what);
	end(s, EfiResetShutdown);
}

/* What crashdmp.sys does, where this Windows has a page file for it. */
static void write_dump(struct standin *s, const struct stop_code *stop)
{
	const struct dump_of_crash crash = {stop->code, stop->parameter1,
		s->clock.utc, status_file_boot_id(&s->status), s->script.crash};
	int written;

	if (!s->windows.is_open)
		return;
	written = dump_file_write(&s->windows, &crash);
	check(s, written, "the dump");
	if (written)
		say(&s->fw, "dump written to the page file");
}

static void blue_screen(struct standin *s, const char *where)
{
	const struct stop_code stop = {PAGE_FAULT_IN_NONPAGED_AREA,
		s->script.elsewhere ? ANOTHER_ADDRESS : FAULTING_ADDRESS,
		CRASH_PROGRESS};

	check(s, traces_write_stop_code(&s->fw, &stop), "the stop code");
	write_dump(s, &stop);
	say(&s->fw, "BUGCHECK %#x in %s", (unsigned int)stop.code, where);
	if (windows_volume_crash(&s->windows) < 0)
		say(&s->fw, "ERROR the volume could not be left");
	s->fw.runtime->ResetSystem(EfiResetWarm, EFI_SUCCESS, 0, NULL);
	for (;;)
		; /* the runner notices */
}

static void crash_if_bad(struct standin *s)
{
	char name[WINDOWS_NAME_BYTES];
	char where[WINDOWS_NAME_BYTES + 32];
	int result;

	if (!s->windows.is_open)
		return;
	result = windows_volume_find_bad(&s->windows, name);
	check(s, result, "looking at the content");
	if (result == 0)
		return;
	(void)snprintf(where, sizeof(where), "csagent.sys, content %s", name);
	blue_screen(s, where);
}

/* What was measured before us, where there is a TPM. */
static void say_pcrs(struct standin *s)
{
	static const unsigned int sealed_to[] = {0, 2, 4, 7};
	uint8_t digest[PCR_BYTES];
	char text[2 * PCR_BYTES + 1];
	int err;

	for (size_t i = 0; i < sizeof(sealed_to) / sizeof(sealed_to[0]); i++) {
		err = pcrs_read(&s->fw, sealed_to[i], digest);
		if (err == -ERR_NOT_FOUND)
			return;
		check(s, err, "reading the TPM");
		for (size_t j = 0; j < sizeof(digest); j++)
			(void)snprintf(text + 2 * j, 3, "%02x", digest[j]);
		say(&s->fw, "PCR %u %s", sealed_to[i], text);
	}
}

/* The boot manager and winload. */
static void start(struct standin *s)
{
	bool is_diverted;

	say_pcrs(s);
	s->session = traces_count_session(&s->fw);
	check(s, script_read(&s->fw, s->session, &s->script), "standin.txt");
	check(s,
		session_clock_read(
			&s->fw, s->script.utc_offset_minutes, &s->clock),
		"the clock");
	if (s->script.no_volume) {
		say(&s->fw, "session %u starts without a volume",
			(unsigned int)s->session);
		return;
	}
	check(s, windows_volume_open(&s->windows, &s->fw, &s->script),
		"finding Windows");
	check(s, status_file_open(&s->status, &s->windows.volume),
		"reading bootstat.dat");
	check(s, status_file_start(&s->status, &s->clock, &is_diverted),
		"counting this start");
	say(&s->fw, "session %u starts, boot id %u", (unsigned int)s->session,
		(unsigned int)status_file_boot_id(&s->status));
	if (is_diverted) {
		check(s, windows_volume_close(&s->windows), "the volume");
		say(&s->fw, "WINRE waiting for a human");
		(void)s->fw.boot->SetWatchdogTimer(0, 0, 0, NULL);
		for (;;)
			; /* as it does */
	}
}

/* The session works: prove it, and do what the re-arming task does. */
static void be_healthy(struct standin *s)
{
	check(s, status_file_note_healthy(&s->status, s->clock.utc),
		"noting a good start");
	if (s->script.norearm)
		return;
	check(s,
		traces_write_health_note(
			&s->fw, status_file_boot_id(&s->status), s->clock.utc),
		"the health note");
	check(s, traces_rearm(&s->fw), "re-arming BootNext");
	say(&s->fw, "noted the stop code and armed BootNext");
}

static void receive_deliveries(struct standin *s)
{
	const struct script_delivery *d;

	for (size_t i = 0; i < s->script.delivery_count; i++) {
		d = &s->script.deliveries[i];
		check(s,
			windows_volume_deliver(&s->windows, d,
				s->clock.utc + DELIVERY_AFTER_HEALTHY),
			"a delivery");
		say(&s->fw, "content arrives: %s", d->name);
	}
}

static void shut_down(struct standin *s)
{
	if (s->script.no_shutdown) {
		say(&s->fw, "HEALTHY until the lights went out");
		end(s, EfiResetShutdown);
	}
	check(s,
		status_file_note_shutdown(
			&s->status, s->clock.utc + SHUTDOWN_AFTER_HEALTHY),
		"noting the shutdown");
	say(&s->fw, "HEALTHY%s", s->script.restart ? ", restarting" : "");
	end(s, s->script.restart ? EfiResetCold : EfiResetShutdown);
}

static void live(const struct firmware *fw)
{
	struct standin s = {.fw = *fw};

	start(&s);
	if (s.script.unplug_early) {
		say(&s.fw, "UNPLUGGED early");
		end(&s, EfiResetCold);
	}
	if (s.script.crash)
		blue_screen(&s, "other.sys");
	crash_if_bad(&s);
	be_healthy(&s);
	receive_deliveries(&s);
	crash_if_bad(&s);
	if (s.script.unplug_late) {
		say(&s.fw, "UNPLUGGED late");
		end(&s, EfiResetCold);
	}
	shut_down(&s);
}

/* The start-up code is Loopbreaker's (efi/entry.c); its program is this one. */
EFI_STATUS loopbreaker_main(const struct firmware *fw, uint64_t start_ticks)
{
	(void)start_ticks;
	live(fw);
	return EFI_SUCCESS;
}
