/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the configuration table to the FADT (ACPI 6.5, chapter 5.2).  The
 * tables' addresses are the firmware's word; their lengths and checksums are
 * checked before anything in them is used.
 */
#include <string.h>

#include "efi/acpi.h"
#include "storage/bytes.h"

#define MAX_TABLES	256u
#define MAX_TABLE_BYTES 0x40000u

/* Root System Description Pointer, from revision 2 on. */
#define RSDP_BYTES    36u
#define RSDP_REVISION 15u
#define RSDP_XSDT     24u

/* What every other table begins with. */
#define HEADER_BYTES  36u
#define HEADER_LENGTH 4u

#define FADT_HYPERVISOR 268u

static const EFI_GUID acpi_guid = {0x8868e871, 0xe4f1, 0x11d3,
	{0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

static bool sum_is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *bytes++);
	return sum == 0;
}

/* The table at @address if it is one with this signature, else NULL. */
static const uint8_t *table_check(
	uint64_t address, const char *signature, uint32_t *ret_len)
{
	const uint8_t *table = (const uint8_t *)(uintptr_t)address;
	uint32_t len;

	if (!table || memcmp(table, signature, 4) != 0)
		return NULL;
	len = le32_get(table + HEADER_LENGTH);
	if (len < HEADER_BYTES || len > MAX_TABLE_BYTES ||
		!sum_is_zero(table, len))
		return NULL;
	*ret_len = len;
	return table;
}

static const uint8_t *rsdp_find(const struct firmware *fw)
{
	const uint8_t *rsdp = firmware_table(fw, &acpi_guid);

	if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) != 0 ||
		rsdp[RSDP_REVISION] < 2 || !sum_is_zero(rsdp, RSDP_BYTES))
		return NULL;
	return rsdp;
}

static const uint8_t *table_find(
	const struct firmware *fw, const char *signature, uint32_t *ret_len)
{
	const uint8_t *rsdp = rsdp_find(fw);
	const uint8_t *xsdt;
	const uint8_t *table;
	uint32_t len;

	if (!rsdp)
		return NULL;
	xsdt = table_check(le64_get(rsdp + RSDP_XSDT), "XSDT", &len);
	if (!xsdt)
		return NULL;
	for (uint32_t i = 0; i < (len - HEADER_BYTES) / 8; i++) {
		if (i == MAX_TABLES)
			break;
		table = table_check(le64_get(xsdt + HEADER_BYTES + 8 * i),
			signature, ret_len);
		if (table)
			return table;
	}
	return NULL;
}

bool acpi_is_hypervisor(const struct firmware *fw, const char *identity)
{
	uint32_t len;
	const uint8_t *fadt = table_find(fw, "FACP", &len);

	/* Tables before revision 6 end before that field. */
	return fadt && len >= FADT_HYPERVISOR + ACPI_HYPERVISOR_BYTES &&
	       !memcmp(fadt + FADT_HYPERVISOR, identity, ACPI_HYPERVISOR_BYTES);
}
