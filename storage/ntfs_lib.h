/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libntfs-3g's headers with the configuration they were compiled with.  For
 * the sources of storage/ and quarantine/ that work on a mounted volume; the
 * layers above never see them.
 */
#ifndef STORAGE_NTFS_LIB_H
#define STORAGE_NTFS_LIB_H

#include "scripts/deps/ntfs-3g/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ntfs-3g/types.h>
#include <ntfs-3g/layout.h>
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/index.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/logfile.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

#endif
