/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LIBC_KEEP_LOOP_H
#define EFI_LIBC_KEEP_LOOP_H

/* gcc may turn a loop into a call of the very function it stands in. */
#ifdef __clang__
#define KEEP_LOOP
#else
#define KEEP_LOOP __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

#endif
