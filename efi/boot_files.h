/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files beside Windows' boot manager, on the partition that it is started
 * from.  Reads only.
 */
#ifndef EFI_BOOT_FILES_H
#define EFI_BOOT_FILES_H

#include "efi/bootopt.h"
#include "recovery/platform.h"

/**
 * boot_files_get - as boot_file_get of struct platform_ops
 * @target: who gets the hand-over; NULL if nobody is known
 *
 * Where that is Windows' boot manager on a partition that is there, its
 * partition alone is looked at: a second disk with a boot manager of its own
 * says nothing about this one.  Otherwise, as where another loader comes
 * first, there must be one partition with the file.
 */
int boot_files_get(const struct firmware *fw, const struct boot_target *target,
	enum platform_boot_file which, void *buf, size_t cap, size_t *ret_len);

#endif
