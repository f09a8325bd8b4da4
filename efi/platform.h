/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recovery/platform.h, implemented with the firmware.
 */
#ifndef EFI_PLATFORM_H
#define EFI_PLATFORM_H

#include "efi/front.h"
#include "recovery/platform.h"
#include "recovery/record.h"

/** platform_fill - @f as the core sees it; @f must outlive *@ret */
void platform_fill(struct front *f, struct platform *ret);

/**
 * platform_store_record - store @r; as record_put of struct platform_ops
 */
int platform_store_record(struct front *f, const struct record *r);

#endif
