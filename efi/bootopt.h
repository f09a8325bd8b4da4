/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's boot options: which of them gets the hand-over, and making
 * the firmware start it next.
 */
#ifndef EFI_BOOTOPT_H
#define EFI_BOOTOPT_H

#include "efi/bootopt_parse.h"
#include "efi/firmware.h"

#define BOOTOPT_WINDOWS_PATH "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
#define BOOTOPT_WINDOWS_NAME "Windows Boot Manager"
/* Everything installed in this folder is Loopbreaker, never a target. */
#define BOOTOPT_OWN_FOLDER "\\EFI\\Loopbreaker\\"

/* Boot options are looked for by name from Boot0000 up to this one. */
#define BOOTOPT_LAST_NUMBER 0x00ff

struct boot_target {
	bool has_number; /* false: not in the variable store, cannot be next */
	uint16_t number; /* Boot#### */
	bool is_present; /* its partition is there */
	struct bootopt option;
};

/** bootopt_read - read and check Boot####; as vars_get(), bootopt_check() */
int bootopt_read(
	const struct firmware *fw, uint16_t number, struct bootopt *ret);

/**
 * bootopt_choose - who gets the hand-over
 *
 * The first entry of BootOrder that is not Loopbreaker, is active and an
 * ordinary boot option, and starts a file of a partition that is there: what
 * the PC started before Loopbreaker came.  Failing that, Windows Boot Manager
 * by its file path: first in BootOrder, then among Boot0000..Boot00FF; active
 * ones whose partition is there are preferred.
 *
 * Reads only.  Returns 0, or -ERR_NOT_FOUND if there is neither.
 */
int bootopt_choose(const struct firmware *fw, struct boot_target *ret);

/**
 * bootopt_find_bypass - is Loopbreaker installed, and not first any more?
 * @ret: what the firmware starts instead
 *
 * Quirk Q04: firmware and Windows put their own options first.  Returns 1 if
 * so; 0 if Loopbreaker is first, or has no option in BootOrder; or as
 * bootorder_read() or bootopt_read().
 */
int bootopt_find_bypass(const struct firmware *fw, struct boot_target *ret);

/**
 * bootopt_create_windows - make the boot option for Windows Boot Manager
 *
 * For the first fixed FAT partition that holds its file; appended to the end
 * of BootOrder, because firmware may reuse the number otherwise (quirk Q01).
 *
 * Returns 0, without has_number if the option could not be stored;
 * -ERR_NOT_FOUND if no partition holds the file; -ERR_NO_MEMORY.
 */
int bootopt_create_windows(const struct firmware *fw, struct boot_target *ret);

/**
 * bootopt_set_next - BootNext = @target, read back
 *
 * Returns 0; -ERR_NOT_FOUND if @target has no number or Boot#### is gone;
 * -ERR_NOT_STORED if Boot#### now starts something else; or as vars_set().
 */
int bootopt_set_next(
	const struct firmware *fw, const struct boot_target *target);

/**
 * bootopt_set_self_next - BootNext = the option that started us
 *
 * Where that is not the first of BootOrder: the stick or the network would not
 * be started again by itself.
 *
 * Returns 1; 0, with nothing changed, if we are first, or BootCurrent does not
 * name an option that can be read, or names Windows'; or as vars_set().
 */
int bootopt_set_self_next(const struct firmware *fw);

/**
 * bootopt_put_first - move @number to the front of BootOrder
 *
 * Everything else keeps its order.  Returns 1 if that changed the order, 0 if
 * it was so already; or as vars_set().
 */
int bootopt_put_first(const struct firmware *fw, uint16_t number);

#endif
