/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How libblkid (util-linux) is configured, for the firmware and for Linux
 * alike; written by hand because its configure script asks the build machine.
 *
 * Nearly everything stays undefined on purpose:
 *
 *  - HAVE_LINUX_{CDROM,FD,BLKZONED}_H, HAVE_POSIX_FADVISE: ioctls on real
 *    block devices.  All I/O goes through struct disk (redirect.h).
 *  - HAVE_ENDIAN_H, HAVE_BYTESWAP_H: bitops.h brings its own, right for a
 *    little-endian machine because WORDS_BIGENDIAN is undefined.
 *  - HAVE_SYS_SENDFILE_H, HAVE_CLOSE_RANGE, HAVE_OPENAT: helpers of c.h and
 *    all-io.h that no probing code uses.
 */
#ifndef UTIL_LINUX_CONFIG_H
#define UTIL_LINUX_CONFIG_H

/* probe.c: struct stat and errno are needed whatever the machine. */
#define HAVE_SYS_STAT_H	     1
#define HAVE_ERRNO_H	     1
#define HAVE_SYS_SYSMACROS_H 1

/* c.h insists on one of the two; nothing that we link sleeps. */
#define HAVE_NANOSLEEP 1

/* The C library has these: strutils.h must not declare its own. */
#define HAVE_STRNLEN 1
#define HAVE_STRNDUP 1
#define HAVE_MEMPCPY 1

/*
 * c.h would otherwise define functions for messages on a terminal in every
 * file that includes it, and with them a 256-byte static buffer.
 */
#define HAVE_PROGRAM_INVOCATION_SHORT_NAME 1
#define HAVE_ERR_H			   1

/* blkid.h.in is used as it is (blkid.h); nothing asks for its version. */
#define LIBBLKID_VERSION "2"
#define LIBBLKID_DATE	 ""

#endif
