/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BootOrder: in which order the firmware tries its boot options.
 */
#ifndef EFI_BOOTORDER_H
#define EFI_BOOTORDER_H

#include "efi/firmware.h"

#define BOOTORDER_MAX 512 /* entries */

struct bootorder {
	size_t count;
	uint16_t numbers[BOOTORDER_MAX];
};

/**
 * bootorder_read - BootOrder; none is an empty one
 *
 * Returns 0, or as vars_get(); @ret is empty then, too.
 */
int bootorder_read(const struct firmware *fw, struct bootorder *ret);

/**
 * bootorder_place - put @number at the front or the end, and nowhere else
 *
 * Everything else keeps its order.  Returns 0; -ERR_TOO_LARGE if there are
 * BOOTORDER_MAX already; as bootorder_read() or vars_set().
 */
int bootorder_place(const struct firmware *fw, uint16_t number, bool is_first);

#endif
