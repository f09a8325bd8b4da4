/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows FILETIME: 100 ns ticks since 1601-01-01 00:00 UTC.  0 always means
 * "unknown" here.
 */
#ifndef STORAGE_FILETIME_H
#define STORAGE_FILETIME_H

#include <stdint.h>

#define FILETIME_TICKS_PER_SECOND 10000000u
#define FILETIME_TICKS_PER_HOUR	  (3600u * (uint64_t)FILETIME_TICKS_PER_SECOND)

/* From 1601-01-01 to where other clocks begin. */
#define FILETIME_SECONDS_UNTIL_1970 11644473600ull

#define FILETIME_TEXT_BYTES 21 /* with the closing NUL */

/* A date and time of day in UTC; months and days count from 1. */
struct civil_time {
	unsigned int year;
	unsigned int month;
	unsigned int day;
	unsigned int hour;
	unsigned int minute;
	unsigned int second;
};

/**
 * filetime_text - "2024-07-19T04:09:00Z", whole seconds, rounded down
 * @ticks: any value; 0 gives "unknown", a year above 9999 "out of range"
 *
 * Returns @buf.
 */
const char *filetime_text(uint64_t ticks, char buf[FILETIME_TEXT_BYTES]);

/**
 * filetime_parse - the time that filetime_text() would print as @s
 *
 * Exactly "2024-07-19T04:09:00Z", nothing before or behind it.  Returns 0
 * (unknown) for anything else.
 */
uint64_t filetime_parse(const char *s);

/**
 * filetime_from_civil - @t as FILETIME
 *
 * Returns 0 (unknown) if @t is no date between 1601 and 9999: clocks of
 * firmware say the strangest things.
 */
uint64_t filetime_from_civil(const struct civil_time *t);

/**
 * filetime_from_unix - @seconds since 1970 as FILETIME
 *
 * Returns 0 (unknown) for 0, which is what an unset clock says, and for what is
 * above a FILETIME's 63 bits.
 */
uint64_t filetime_from_unix(uint64_t seconds);

#endif
