/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of libntfs-3g's log.  Without that library's headers: its own
 * sources are compiled with this one.
 */
#ifndef STORAGE_NTFS_REMARK_H
#define STORAGE_NTFS_REMARK_H

/**
 * ntfs_remark_failure - a call of libntfs-3g's failed, and errno says how
 *
 * For ntfs_device_err(); leaves errno alone.
 */
void ntfs_remark_failure(void);

#endif
