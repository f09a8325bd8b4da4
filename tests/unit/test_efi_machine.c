/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PC it was: the same in the report and in each message to a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/machine.h"
#include "efi/report_send.h"
#include "storage/bytes.h"
#include "tests/support/network_rig.h"

static struct front front;

/* "System Information" and its strings: model and serial number. */
static _Alignas(8) uint8_t table[64];
static _Alignas(8) uint8_t entry[24];
static EFI_CONFIGURATION_TABLE tables[1];
static EFI_SYSTEM_TABLE system_table;

static void put_table(void)
{
	static const char strings[] = "Model 5\0S\"N";
	uint8_t sum = 0;

	memset(table, 0, sizeof(table));
	table[0] = 1;
	table[1] = 27;
	table[5] = 1;
	table[7] = 2;
	for (uint8_t i = 0; i < 16; i++)
		table[8 + i] = (uint8_t)(i + 1);
	memcpy(table + 27, strings, sizeof(strings));
	memset(entry, 0, sizeof(entry));
	memcpy(entry, "_SM3_", 5);
	entry[6] = sizeof(entry);
	le32_put(entry + 12, sizeof(table));
	le64_put(entry + 16, (uintptr_t)table);
	for (size_t i = 0; i < sizeof(entry); i++)
		sum = (uint8_t)(sum + entry[i]);
	entry[5] = (uint8_t)-sum;
	tables[0] = (EFI_CONFIGURATION_TABLE){
		{0xf2fd1544, 0x9794, 0x4a2c,
			{0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}},
		entry};
}

static void open_front(struct firmware *with)
{
	memset(&front, 0, sizeof(front));
	front.fw = with;
	front.watchdog = watchdog;
	front.network = network;
	clock_open(&front.clock, with, cpu_ticks());
	console_open(&front.console, with);
}

static void all_of_it(void **state)
{
	struct firmware with = fw;

	(void)state;
	put_table();
	system_table = *fw.system;
	system_table.ConfigurationTable = tables;
	system_table.NumberOfTableEntries = 1;
	with.system = &system_table;
	open_front(&with);
	machine_tell(&front);
	console_flush_report(&front.console);
	report_send(&front);
	assert_int_equal(server.datagrams, 1);
	assert_non_null(strstr(server.datagram[0],
		"{\"event\":\"machine\",\"serial\":\"S\\\"N\","
		"\"uuid\":\"04030201-0605-0807-090a-0b0c0d0e0f10\","
		"\"model\":\"Model 5\",\"mac\":\"52:54:00:12:34:56\"}"));
	assert_non_null(strstr(server.datagram[0],
		"[machine@32473 serial=\"S\\\"N\" "
		"uuid=\"04030201-0605-0807-090a-0b0c0d0e0f10\" "
		"model=\"Model 5\" mac=\"52:54:00:12:34:56\"]"));
	console_close(&front.console);
}

/* From a disk, on a PC that says nothing: an empty line, not a wrong one. */
static void nothing_of_it(void **state)
{
	size_t at = 0;

	(void)state;
	open_front(&fw);
	memset(&front.network, 0, sizeof(front.network));
	machine_tell(&front);
	console_flush_report(&front.console);
	assert_string_equal(console_report_next(&front.console, &at),
		"{\"event\":\"machine\"}");
	console_close(&front.console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_it),
		TEST(nothing_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
