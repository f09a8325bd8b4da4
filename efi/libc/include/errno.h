/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error numbers, with Linux's values so that logs read the same. */
#ifndef LIBC_ERRNO_H
#define LIBC_ERRNO_H

/* One thread, no interrupts that run library code: a plain variable. */
extern int errno;

#define EPERM	     1
#define ENOENT	     2
#define EINTR	     4
#define EIO	     5
#define ENXIO	     6
#define EBADF	     9
#define EAGAIN	     11
#define ENOMEM	     12
#define EACCES	     13
#define EFAULT	     14
#define EBUSY	     16
#define EEXIST	     17
#define EXDEV	     18
#define ENODEV	     19
#define ENOTDIR	     20
#define EISDIR	     21
#define EINVAL	     22
#define ENOTTY	     25
#define EFBIG	     27
#define ENOSPC	     28
#define ESPIPE	     29
#define EROFS	     30
#define EMLINK	     31
#define EPIPE	     32
#define ERANGE	     34
#define ENAMETOOLONG 36
#define ENOSYS	     38
#define ENOTEMPTY    39
#define ELOOP	     40
#define ENODATA	     61
#define EOVERFLOW    75
#define EILSEQ	     84
#define EMSGSIZE     90
#define EOPNOTSUPP   95
#define ENOTSUP	     EOPNOTSUPP
#define ENOMEDIUM    123

#endif
