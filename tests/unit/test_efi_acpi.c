/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of the hypervisor in ACPI tables, good ones and others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/acpi.h"
#include "storage/bytes.h"

#define RSDP_BYTES	36
#define HEADER_BYTES	36
#define XSDT_BYTES	(HEADER_BYTES + 2 * 8)
#define FADT_BYTES	276
#define HYPERVISOR	268
#define HYPER_V		"MsHyperV"
#define RSDP_CHECKSUM	32 /* of all 36 bytes */
#define HEADER_CHECKSUM 9

static const EFI_GUID acpi_20 = {0x8868e871, 0xe4f1, 0x11d3,
	{0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static const EFI_GUID other_guid = {
	0x12345678, 0x1234, 0x1234, {0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0}};

/* The tables of one machine; each in a heap block of its exact size. */
struct tables {
	uint8_t *rsdp;
	uint8_t *xsdt;
	uint8_t *other;
	uint8_t *fadt;
	EFI_CONFIGURATION_TABLE configuration[2];
	EFI_SYSTEM_TABLE system;
	struct firmware fw;
};

static void seal(uint8_t *bytes, size_t len, size_t checksum)
{
	uint8_t sum = 0;

	bytes[checksum] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[checksum] = (uint8_t)(0x100u - sum);
}

static uint8_t *table_make(const char *signature, uint32_t len)
{
	uint8_t *table = calloc(1, len);

	assert_non_null(table);
	memcpy(table, signature, 4);
	le32_put(table + 4, len);
	return table;
}

static void seal_all(struct tables *t)
{
	seal(t->rsdp, RSDP_BYTES, RSDP_CHECKSUM);
	seal(t->xsdt, XSDT_BYTES, HEADER_CHECKSUM);
	seal(t->other, HEADER_BYTES, HEADER_CHECKSUM);
	seal(t->fadt, le32_get(t->fadt + 4), HEADER_CHECKSUM);
}

/* @fadt_bytes: below FADT_BYTES it has no room for the hypervisor */
static struct tables *tables_make(uint32_t fadt_bytes)
{
	struct tables *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->rsdp = calloc(1, RSDP_BYTES);
	assert_non_null(t->rsdp);
	t->xsdt = table_make("XSDT", XSDT_BYTES);
	t->other = table_make("APIC", HEADER_BYTES);
	t->fadt = table_make("FACP", fadt_bytes);
	if (fadt_bytes >= FADT_BYTES)
		memcpy(t->fadt + HYPERVISOR, HYPER_V, 8);
	memcpy(t->rsdp, "RSD PTR ", 8);
	t->rsdp[15] = 2;
	le64_put(t->rsdp + 24, (uintptr_t)t->xsdt);
	le64_put(t->xsdt + HEADER_BYTES, (uintptr_t)t->other);
	le64_put(t->xsdt + HEADER_BYTES + 8, (uintptr_t)t->fadt);
	seal_all(t);
	t->configuration[0].VendorGuid = other_guid;
	t->configuration[1].VendorGuid = acpi_20;
	t->configuration[1].VendorTable = t->rsdp;
	t->system.NumberOfTableEntries = 2;
	t->system.ConfigurationTable = t->configuration;
	t->fw.system = &t->system;
	return t;
}

static void tables_free(struct tables *t)
{
	free(t->rsdp);
	free(t->xsdt);
	free(t->other);
	free(t->fadt);
	free(t);
}

static void hyper_v_is_recognised(void **state)
{
	struct tables *t = tables_make(FADT_BYTES);

	(void)state;
	assert_true(acpi_is_hypervisor(&t->fw, HYPER_V));
	assert_false(acpi_is_hypervisor(&t->fw, "QEMUQEMU"));
	tables_free(t);
}

static void older_table_ends_before_the_field(void **state)
{
	static const uint32_t lengths[] = {
		HEADER_BYTES, HYPERVISOR, FADT_BYTES - 1};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct tables *t = tables_make(lengths[i]);

		assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
		tables_free(t);
	}
}

/* Any one wrong byte breaks a checksum or a signature. */
static void damaged_table_is_not_believed(void **state)
{
	struct tables *t = tables_make(FADT_BYTES);
	uint8_t *const all[] = {t->rsdp, t->xsdt, t->fadt};
	const size_t lengths[] = {RSDP_BYTES, XSDT_BYTES, FADT_BYTES};

	(void)state;
	for (size_t table = 0; table < 3; table++) {
		for (size_t i = 0; i < lengths[table]; i++) {
			/* A longer table would reach behind its heap block. */
			if (table > 0 && i >= 4 && i < 8)
				continue;
			all[table][i] ^= 0x11;
			assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
			all[table][i] ^= 0x11;
		}
	}
	assert_true(acpi_is_hypervisor(&t->fw, HYPER_V));
	tables_free(t);
}

static void impossible_lengths_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, 35, 0x40001, 0xffffffff};
	struct tables *t = tables_make(FADT_BYTES);

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		le32_put(t->xsdt + 4, lengths[i]);
		assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
		le32_put(t->xsdt + 4, XSDT_BYTES);
		le32_put(t->fadt + 4, lengths[i]);
		assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
		le32_put(t->fadt + 4, FADT_BYTES);
	}
	assert_true(acpi_is_hypervisor(&t->fw, HYPER_V));
	tables_free(t);
}

static void missing_tables_are_survived(void **state)
{
	struct tables *t = tables_make(FADT_BYTES);

	(void)state;
	le64_put(t->xsdt + HEADER_BYTES, 0);
	seal_all(t);
	assert_true(acpi_is_hypervisor(&t->fw, HYPER_V));
	le64_put(t->xsdt + HEADER_BYTES + 8, 0);
	seal_all(t);
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	le64_put(t->rsdp + 24, 0);
	seal_all(t);
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	/* Revision 0 ends before the address of the XSDT. */
	t->rsdp[15] = 0;
	seal_all(t);
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	t->configuration[1].VendorTable = NULL;
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	t->system.NumberOfTableEntries = 1;
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	t->system.ConfigurationTable = NULL;
	assert_false(acpi_is_hypervisor(&t->fw, HYPER_V));
	tables_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hyper_v_is_recognised),
		cmocka_unit_test(older_table_ends_before_the_field),
		cmocka_unit_test(damaged_table_is_not_believed),
		cmocka_unit_test(impossible_lengths_are_refused),
		cmocka_unit_test(missing_tables_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
