/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time of day, as the hook says it. */
#include "efi/libc/include/time.h"

#include "efi/libc/libc.h"

static struct {
	uint64_t (*seconds)(void *ctx);
	void *ctx;
} clock_hook;

void libc_set_clock(uint64_t (*seconds)(void *ctx), void *ctx)
{
	clock_hook.seconds = seconds;
	clock_hook.ctx = ctx;
}

/* libntfs-3g: security.c */
time_t time(time_t *ret_now)
{
	time_t now = 0;

	if (clock_hook.seconds)
		now = (time_t)clock_hook.seconds(clock_hook.ctx);
	if (ret_now)
		*ret_now = now;
	return now;
}

/* libntfs-3g: ntfs_current_time(), which uses the result unchecked */
int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	(void)clock;
	ret_now->tv_sec = time(NULL);
	ret_now->tv_nsec = 0;
	return 0;
}
