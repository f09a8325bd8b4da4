/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How libntfs-3g and ntfsrecover are configured, for the firmware and for
 * Linux alike; written by hand because ntfs-3g's configure script asks the
 * build machine.
 *
 * Left undefined on purpose:
 *
 *  - HAVE_SYSLOG_H, HAVE_MNTENT_H, HAVE_LINUX_*_H, HAVE_SYS_IOCTL_H,
 *    HAVE_SYS_MOUNT_H: the device is always a struct disk, and its log is
 *    silenced (quiet.h).
 *  - HAVE_SETXATTR, HAVE_SYS_XATTR_H, XATTR_MAPPINGS, POSIXACLS: how a
 *    mounted volume looks to Unix programs; there are none.
 *  - HAVE_ENDIAN_H, HAVE_BYTESWAP_H: endians.h asks the compiler instead.
 *  - ENABLE_HD: reads the BIOS geometry from the Linux kernel.
 *  - ENABLE_NFCONV: macOS names.
 *  - DEBUG: messages only.
 */
#ifndef NTFS_3G_CONFIG_H
#define NTFS_3G_CONFIG_H

/* The only device is storage/ntfs_device.c: no unix_io.c. */
#define NO_NTFS_DEVICE_DEFAULT_IO_OPS 1
/* No shared objects for foreign reparse points. */
#define DISABLE_PLUGINS 1

/* A log record by ntfsrecover names it. */
#define VERSION "2022.10.3"

/* Headers of the C library, which efi/libc/include has too. */
#define HAVE_CTYPE_H	   1
#define HAVE_ERRNO_H	   1
#define HAVE_FCNTL_H	   1
#define HAVE_GETOPT_H	   1
#define HAVE_LIMITS_H	   1
#define HAVE_LOCALE_H	   1
#define HAVE_MALLOC_H	   1
#define HAVE_STDARG_H	   1
#define HAVE_STDDEF_H	   1
#define HAVE_STDINT_H	   1
#define HAVE_STDIO_H	   1
#define HAVE_STDLIB_H	   1
#define HAVE_STRING_H	   1
#define HAVE_SYS_STAT_H	   1
#define MAJOR_IN_SYSMACROS 1
#define HAVE_SYS_TYPES_H   1
#define HAVE_TIME_H	   1
#define HAVE_UNISTD_H	   1
#define HAVE_WCHAR_H	   1

/* Functions of the C library: compat.c and misc.c must not bring their own. */
#define HAVE_CLOCK_GETTIME 1
#define HAVE_FFS	   1
#define HAVE_MBSINIT	   1
#define HAVE_STRSEP	   1

/* Not there, but compat.c's and realpath.c's versions would want more. */
#define HAVE_DAEMON   1
#define HAVE_REALPATH 1

#endif
