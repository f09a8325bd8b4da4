/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time as Windows keeps it. */
#include "tests/boot/standin/session_clock.h"

#include "storage/err.h"

#define FIRST_YEAR 1601u

static bool is_leap(unsigned int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint64_t days_before(
	unsigned int year, unsigned int month, unsigned int day)
{
	static const unsigned int lengths[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t days = day - 1;

	for (unsigned int y = FIRST_YEAR; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (unsigned int m = 1; m < month && m <= 12; m++)
		days += lengths[m - 1] + (m == 2 && is_leap(year));
	return days;
}

int session_clock_read(const struct firmware *fw, int utc_offset_minutes,
	struct session_clock *ret)
{
	int64_t seconds;

	if (fw->runtime->GetTime(&ret->local, NULL) != EFI_SUCCESS)
		return -ERR_IO;
	seconds = (int64_t)days_before(
			  ret->local.Year, ret->local.Month, ret->local.Day) *
		  86400;
	seconds += ret->local.Hour * 3600 + ret->local.Minute * 60 +
		   ret->local.Second;
	seconds -= utc_offset_minutes * 60;
	ret->utc = (uint64_t)seconds * SECONDS;
	return 0;
}
