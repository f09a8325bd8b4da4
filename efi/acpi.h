/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one thing we want of the ACPI tables: the name of the hypervisor.
 */
#ifndef EFI_ACPI_H
#define EFI_ACPI_H

#include "efi/firmware.h"

#define ACPI_HYPERVISOR_BYTES 8

/**
 * acpi_is_hypervisor - does the FADT name this hypervisor?
 * @identity: the ACPI_HYPERVISOR_BYTES bytes of its "Hypervisor Vendor
 *	Identity" (ACPI 6.5, 5.2.9)
 *
 * False if there are no tables, or none that can be believed.
 */
bool acpi_is_hypervisor(const struct firmware *fw, const char *identity);

#endif
