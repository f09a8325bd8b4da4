/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the firmware to overwrite the memory at the next reset, so that no key
 * can be read out of it afterwards ("TCG Platform Reset Attack Mitigation
 * Specification", MemoryOverwriteRequestControl).
 */
#ifndef EFI_MEMORY_OVERWRITE_H
#define EFI_MEMORY_OVERWRITE_H

#include "efi/front.h"

/**
 * memory_overwrite_request - ask for it
 *
 * Returns 0 if it is asked for now, and was read back; -ERR_UNSUPPORTED if the
 * firmware has no such request: the variable is its own, and nobody else makes
 * it; otherwise as vars_get() and vars_set(), as when Windows has locked it.
 */
int memory_overwrite_request(const struct firmware *fw);

/** memory_overwrite_report - what became of it, in the report */
void memory_overwrite_report(struct front *f, int err);

#endif
