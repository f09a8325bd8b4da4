/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time this host thinks it is.
 */
#ifndef LINUX_HOST_CLOCK_H
#define LINUX_HOST_CLOCK_H

#include <stdint.h>

/** host_clock_now - the time as FILETIME, UTC; 0 if the clock says none */
uint64_t host_clock_now(void);

#endif
