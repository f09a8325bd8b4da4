/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device numbers, which NTFS extended attributes may hold (ea.c, dir.c). */
#ifndef LIBC_SYS_SYSMACROS_H
#define LIBC_SYS_SYSMACROS_H

#define major(device)	      ((unsigned int)((device) >> 8 & 0xfff))
#define minor(device)	      ((unsigned int)((device)&0xff))
#define makedev(major, minor) ((dev_t)(major) << 8 | (dev_t)(minor))

#endif
