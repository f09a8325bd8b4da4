/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the entries of a boot log one behind the other. */
#include "tests/support/log_maker.h"

#include <string.h>

#include "recovery/boot_log.h"
#include "storage/bytes.h"

uint8_t log_bytes[LOG_BYTES];
uint32_t log_next_at;

const uint8_t log_windows_guid[16] = "windows-entry-id";
const uint8_t log_other_guid[16] = "another-entry-id";

void log_put_header(uint32_t version, uint32_t first)
{
	le32_put(log_bytes, version);
	le32_put(log_bytes + 4, version == 4 ? 0x18 : 0x10);
	le32_put(log_bytes + 8, LOG_BYTES);
	le32_put(log_bytes + 12, log_next_at);
	if (version == 4)
		le32_put(log_bytes + 16, first);
}

int log_setup(void **state)
{
	(void)state;
	memset(log_bytes, 0, sizeof(log_bytes));
	log_next_at = 0x18;
	return 0;
}

/* The frame of an entry; returns where its data go. */
uint8_t *log_put_entry(uint32_t program, uint32_t event, uint32_t data_bytes)
{
	uint8_t *e;

	if (LOG_BYTES - log_next_at < 0x28 + data_bytes) {
		memset(log_bytes + log_next_at, 0, LOG_BYTES - log_next_at);
		log_next_at = 0x18;
	}
	e = log_bytes + log_next_at;
	memset(e, 0, 0x28 + data_bytes);
	le32_put(e + 0x18, 0x28 + data_bytes);
	le32_put(e + 0x1C, 1);
	le32_put(e + 0x20, program);
	le32_put(e + 0x24, event);
	log_next_at += 0x28 + data_bytes;
	return e + 0x28;
}

void log_put_init(unsigned int hour, unsigned int minute)
{
	uint8_t *d = log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x01, 24);

	le16_put(d, 2024);
	le16_put(d + 2, 7);
	le16_put(d + 4, 19);
	le16_put(d + 6, (uint16_t)hour);
	le16_put(d + 8, (uint16_t)minute);
}

void log_put_launch(const uint8_t guid[16], uint32_t type)
{
	static const char path[] = "\\Windows\\system32\\winload.efi";
	uint8_t *d = log_put_entry(
		BOOT_LOG_BOOT_MANAGER, 0x11, 20 + 2 * sizeof(path));

	memcpy(d, guid, 16);
	le32_put(d + 16, type);
	for (size_t i = 0; i < sizeof(path); i++)
		le16_put(d + 20 + 2 * i, (uint16_t)path[i]);
}

void log_put_return(const uint8_t guid[16], uint32_t status, uint32_t flags)
{
	uint8_t *d = log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x12, 24);

	memcpy(d, guid, 16);
	le32_put(d + 16, status);
	le32_put(d + 20, flags);
}

void log_put_start(unsigned int hour, unsigned int minute)
{
	log_put_init(hour, minute);
	log_put_launch(log_windows_guid, 0);
}

void log_put_each_kind(void)
{
	uint8_t *d;

	log_put_start(4, 9);
	log_put_return(log_windows_guid, 0xC0000001, 8);
	d = log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x13, 4 + 6);
	le32_put(d, 0xC000000E);
	memcpy(d + 4, "a\0\xe9\0", 5);
	d = log_put_entry(BOOT_LOG_LOADER, 0x01, 34);
	le16_put(d, 2024);
	le16_put(d + 2, 2);
	le16_put(d + 4, 30); /* no such day */
	le32_put(d + 24, 43);
	memcpy(d + 28, "\1\0\2\1", 4);
	d = log_put_entry(BOOT_LOG_LOADER, 0x31, 7);
	le32_put(d, 44);
	log_put_entry(BOOT_LOG_BOOT_MANAGER, 0x50, 3);
}
