/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the boot configuration.
 */
#ifndef RECOVERY_OBSERVE_BOOT_CONFIG_H
#define RECOVERY_OBSERVE_BOOT_CONFIG_H

#include "recovery/boot_config.h"
#include "recovery/platform.h"

/**
 * boot_config_read - what the store on @d says
 * @d: the hive, its logs replayed if it was dirty
 * @c: receives it on success, but for state and err
 *
 * Returns 0 or as bcd_open(); a default that cannot be read is no failure.
 */
int boot_config_read(struct boot_config *c, struct disk *d);

/**
 * observe_boot_config - read it from the machine, the first time it is asked
 *
 * Costs one file of the EFI system partition, or two where the last change to
 * it was cut short: a PC with one Windows that ended well is spared it.
 */
void observe_boot_config(struct boot_config *c, const struct platform *p);

/**
 * boot_config_never_diverts - will a start that fails not lead to Automatic
 * Repair?
 *
 * Only where the default loader says so: not knowing is no.
 */
bool boot_config_never_diverts(const struct boot_config *c);

#endif
