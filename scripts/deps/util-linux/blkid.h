/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libblkid's public header.  Its configure script would copy blkid.h.in and
 * put a version into two strings nobody reads.
 */
#include "blkid.h.in"
