/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where util-linux's bitops.h looks for old BSD macros. */
#ifndef LIBC_SYS_PARAM_H
#define LIBC_SYS_PARAM_H

#define NBBY 8

#endif
