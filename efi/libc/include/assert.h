/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assertions are always off in the firmware: nothing may halt there. */
#ifndef LIBC_ASSERT_H
#define LIBC_ASSERT_H

#define assert(condition) ((void)0)

#endif
