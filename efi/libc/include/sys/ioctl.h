/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device control: libblkid's is redirected, there is no other. */
#ifndef LIBC_SYS_IOCTL_H
#define LIBC_SYS_IOCTL_H

#endif
