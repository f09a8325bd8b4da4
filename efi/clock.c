/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor's counter, its frequency, and the calendar.
 */
#include "efi/clock.h"
#include "efi/cpu.h"
#include "storage/filetime.h"

#define SHORT_MICROSECONDS 200
#define LONG_MICROSECONDS  1200
#define SHORT_WAITS	   3

/*
 * No x86-64 processor counts outside these, and one of another kind states its
 * rate.  A Stall() that does nothing gives such a value; then the highest
 * likely one is taken, for the same reason as in frequency_measure().
 */
#define MIN_TICKS_PER_MS     100000u	/* 100 MHz */
#define MAX_TICKS_PER_MS     100000000u /* 100 GHz */
#define ASSUMED_TICKS_PER_MS 6000000u	/* 6 GHz */

#define MIN_YEAR	 1998
#define MAX_ZONE_MINUTES 1440 /* 2047 stands for "unspecified" */

static uint64_t stall_ticks(const struct firmware *fw, UINTN microseconds)
{
	uint64_t start = cpu_ticks();

	(void)fw->boot->Stall(microseconds); /* has no way to fail usefully */
	return cpu_ticks() - start;
}

/*
 * The difference of two waits: what each call costs by itself drops out.  Any
 * wait may take longer than it should (a system management interrupt, a busy
 * host), so the shortest of several counts, and a difference that cannot be is
 * not used.  Too low a frequency would make the watchdog bite early; what is
 * used instead is too high, if anything.
 */
static uint64_t frequency_measure(const struct firmware *fw)
{
	uint64_t short_ticks = UINT64_MAX;
	uint64_t long_ticks;

	(void)stall_ticks(fw, 1); /* brings the code into the caches */
	for (unsigned int i = 0; i < SHORT_WAITS; i++) {
		uint64_t ticks = stall_ticks(fw, SHORT_MICROSECONDS);

		if (ticks < short_ticks)
			short_ticks = ticks;
	}
	long_ticks = stall_ticks(fw, LONG_MICROSECONDS);
	if (short_ticks > long_ticks / 2)
		return long_ticks * 1000 / LONG_MICROSECONDS;
	return (long_ticks - short_ticks) * 1000 /
	       (LONG_MICROSECONDS - SHORT_MICROSECONDS);
}

void clock_open(struct clock *c, const struct firmware *fw, uint64_t start)
{
	c->fw = fw;
	c->start = start;
	c->start_seconds = 0;
	c->is_read = false;
	c->ticks_per_ms = cpu_ticks_per_ms();
	if (c->ticks_per_ms)
		return;
	c->ticks_per_ms = frequency_measure(fw);
	if (c->ticks_per_ms < MIN_TICKS_PER_MS ||
		c->ticks_per_ms > MAX_TICKS_PER_MS)
		c->ticks_per_ms = ASSUMED_TICKS_PER_MS;
}

uint64_t clock_microseconds(const struct clock *c)
{
	uint64_t ticks = cpu_ticks() - c->start;

	return ticks / c->ticks_per_ms * 1000 +
	       ticks % c->ticks_per_ms * 1000 / c->ticks_per_ms;
}

uint64_t clock_milliseconds(const struct clock *c)
{
	return clock_microseconds(c) / 1000;
}

/* Seconds since 1970, or 0 for a date that does not exist, or is too old. */
static uint64_t time_seconds(const EFI_TIME *t)
{
	const struct civil_time civil = {
		.year = t->Year,
		.month = t->Month,
		.day = t->Day,
		.hour = t->Hour,
		.minute = t->Minute,
		.second = t->Second,
	};
	uint64_t seconds =
		filetime_from_civil(&civil) / FILETIME_TICKS_PER_SECOND;

	if (!seconds || t->Year < MIN_YEAR)
		return 0;
	/* Minutes to add to local time to get UTC. */
	if (t->TimeZone >= -MAX_ZONE_MINUTES && t->TimeZone <= MAX_ZONE_MINUTES)
		seconds += (uint64_t)((int64_t)t->TimeZone * 60);
	return seconds - FILETIME_SECONDS_UNTIL_1970;
}

uint64_t clock_seconds(struct clock *c)
{
	EFI_TIME t = {.Year = 0};
	uint64_t since_start = clock_milliseconds(c) / 1000;
	uint64_t now = 0;

	if (!c->is_read) {
		c->is_read = true;
		if (c->fw->runtime->GetTime(&t, NULL) == EFI_SUCCESS)
			now = time_seconds(&t);
		if (now)
			c->start_seconds = now - since_start;
	}
	return c->start_seconds ? c->start_seconds + since_start : 0;
}
