/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calendar behind FILETIME. */
#include "storage/filetime.h"

#include <stdbool.h>
#include <string.h>

#define FIRST_YEAR 1601u /* begins a cycle of 400 years */
#define LAST_YEAR  9999u

#define SECONDS_PER_DAY	      86400u
#define DAYS_PER_YEAR	      365u
#define DAYS_PER_4_YEARS      1461u
#define DAYS_PER_100_YEARS    36524u
#define DAYS_PER_400_YEARS    146097u
#define DAYS_UNTIL_YEAR_10000 3067671u /* from 1601-01-01 */

/* A FILETIME has 63 bits. */
#define LAST_UNIX_SECOND                                                       \
	((uint64_t)INT64_MAX / FILETIME_TICKS_PER_SECOND -                     \
		FILETIME_SECONDS_UNTIL_1970)

static bool is_leap_year(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned int days_of_month(unsigned int year, unsigned int month)
{
	static const unsigned char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && is_leap_year(year))
		return 29;
	return days[month - 1];
}

/* From days since 1601-01-01, at most DAYS_UNTIL_YEAR_10000 - 1. */
static void civil_from_days(unsigned int days, struct civil_time *t)
{
	unsigned int cycles_400 = days / DAYS_PER_400_YEARS;
	unsigned int cycles_100;
	unsigned int cycles_4;
	unsigned int years;

	days %= DAYS_PER_400_YEARS;
	/* The last century and the last year of a cycle are a day longer. */
	cycles_100 = days / DAYS_PER_100_YEARS;
	if (cycles_100 > 3)
		cycles_100 = 3;
	days -= cycles_100 * DAYS_PER_100_YEARS;
	cycles_4 = days / DAYS_PER_4_YEARS;
	days %= DAYS_PER_4_YEARS;
	years = days / DAYS_PER_YEAR;
	if (years > 3)
		years = 3;
	days -= years * DAYS_PER_YEAR;

	t->year = FIRST_YEAR + 400 * cycles_400 + 100 * cycles_100 +
		  4 * cycles_4 + years;
	t->month = 1;
	while (days >= days_of_month(t->year, t->month)) {
		days -= days_of_month(t->year, t->month);
		t->month++;
	}
	t->day = days + 1;
}

static unsigned int days_from_civil(const struct civil_time *t)
{
	unsigned int years = t->year - FIRST_YEAR;
	unsigned int days =
		years * DAYS_PER_YEAR + years / 4 - years / 100 + years / 400;

	for (unsigned int month = 1; month < t->month; month++)
		days += days_of_month(t->year, month);
	return days + t->day - 1;
}

/* Writes @digits decimal digits at @p; returns what comes after them. */
static char *put_number(char *p, unsigned int value, unsigned int digits)
{
	for (unsigned int i = digits; i > 0; i--) {
		p[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	return p + digits;
}

static char *put_part(char *p, char before, unsigned int value)
{
	*p = before;
	return put_number(p + 1, value, 2);
}

const char *filetime_text(uint64_t ticks, char buf[FILETIME_TEXT_BYTES])
{
	uint64_t seconds = ticks / FILETIME_TICKS_PER_SECOND;
	uint64_t days = seconds / SECONDS_PER_DAY;
	unsigned int of_day = (unsigned int)(seconds % SECONDS_PER_DAY);
	struct civil_time t;
	char *p = buf;

	if (!ticks)
		return memcpy(buf, "unknown", sizeof("unknown"));
	if (days >= DAYS_UNTIL_YEAR_10000)
		return memcpy(buf, "out of range", sizeof("out of range"));
	civil_from_days((unsigned int)days, &t);
	p = put_number(p, t.year, 4);
	p = put_part(p, '-', t.month);
	p = put_part(p, '-', t.day);
	p = put_part(p, 'T', of_day / 3600);
	p = put_part(p, ':', of_day / 60 % 60);
	p = put_part(p, ':', of_day % 60);
	*p++ = 'Z';
	*p = '\0';
	return buf;
}

uint64_t filetime_from_civil(const struct civil_time *t)
{
	uint64_t seconds;

	if (t->year < FIRST_YEAR || t->year > LAST_YEAR || t->month < 1 ||
		t->month > 12 || t->day < 1 ||
		t->day > days_of_month(t->year, t->month) || t->hour > 23 ||
		t->minute > 59 || t->second > 59)
		return 0;
	seconds = (uint64_t)days_from_civil(t) * SECONDS_PER_DAY +
		  t->hour * 3600 + t->minute * 60 + t->second;
	return seconds * FILETIME_TICKS_PER_SECOND;
}

uint64_t filetime_from_unix(uint64_t seconds)
{
	if (!seconds || seconds > LAST_UNIX_SECOND)
		return 0;
	return (seconds + FILETIME_SECONDS_UNTIL_1970) *
	       FILETIME_TICKS_PER_SECOND;
}

/* @digits decimal digits; the caller has made sure that they are there. */
static unsigned int get_number(const char *p, unsigned int digits)
{
	unsigned int value = 0;

	for (; digits > 0; digits--, p++)
		value = value * 10 + (unsigned int)(*p - '0');
	return value;
}

uint64_t filetime_parse(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	struct civil_time t;
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return 0;
	if (s[i])
		return 0;
	t.year = get_number(s, 4);
	t.month = get_number(s + 5, 2);
	t.day = get_number(s + 8, 2);
	t.hour = get_number(s + 11, 2);
	t.minute = get_number(s + 14, 2);
	t.second = get_number(s + 17, 2);
	return filetime_from_civil(&t);
}
