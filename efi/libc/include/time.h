/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time, as libc_set_clock() of libc.h says it. */
#ifndef LIBC_TIME_H
#define LIBC_TIME_H

#include "sys/types.h"

/* ntfs-3g's ntfstime.h brings its own struct timespec unless this is set. */
#define __timespec_defined 1
struct timespec {
	time_t tv_sec;
	long tv_nsec;
};

/* util-linux's strutils.h mentions it. */
struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
};

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	int tm_year;
	int tm_wday;
	int tm_yday;
	int tm_isdst;
};

typedef int clockid_t;
#define CLOCK_REALTIME 0

time_t time(time_t *ret_now);
int clock_gettime(clockid_t clock, struct timespec *ret_now);

/* ntfsrecover's verbose output: see unsupported.c. */
struct tm *gmtime(const time_t *when);
int nanosleep(const struct timespec *wanted, struct timespec *ret_left);

#endif
