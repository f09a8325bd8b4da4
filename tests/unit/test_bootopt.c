/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot#### variables: what is accepted, what is refused, what is built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "efi/bootopt_parse.h"
#include "storage/bytes.h"
#include "storage/err.h"

#define WINDOWS_PATH "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"

/* HD(3,GPT,00010203-...,0x800,0x32000) */
static const uint8_t partition[DEVPATH_HARD_DRIVE_BYTES] = {4, 1, 42, 0, 3, 0,
	0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0x20, 3, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4,
	5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 2, 2};

/* PciRoot(0)/Pci(1F,2) in front, as some firmware writes it. */
static const uint8_t controller[] = {
	2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 1, 1, 6, 0, 2, 0x1f};
static const uint8_t end[] = {0x7f, 0xff, 4, 0};
static const uint8_t instance_end[] = {0x7f, 1, 4, 0};

/* An option put together from parts. */
struct builder {
	uint8_t bytes[8192];
	size_t len;
	size_t paths; /* where the device paths begin */
};

static void add(struct builder *b, const void *bytes, size_t len)
{
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static void add_text(struct builder *b, const char *text, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		le16_put(b->bytes + b->len, (uint8_t)text[i]);
		b->len += 2;
	}
}

static void begin(struct builder *b, const char *description)
{
	memset(b, 0, sizeof(*b));
	le32_put(b->bytes, BOOTOPT_ACTIVE);
	b->len = 6;
	add_text(b, description, strlen(description) + 1);
	b->paths = b->len;
}

static void add_file(struct builder *b, const char *text, size_t units)
{
	uint8_t header[4] = {4, 4};

	le16_put(header + 2, (uint16_t)(4 + 2 * units));
	add(b, header, sizeof(header));
	add_text(b, text, units);
}

static void finish(struct builder *b)
{
	add(b, end, sizeof(end));
	le16_put(b->bytes + 4, (uint16_t)(b->len - b->paths));
}

static void windows(struct builder *b)
{
	begin(b, "Windows Boot Manager");
	add(b, partition, sizeof(partition));
	add_file(b, WINDOWS_PATH, sizeof(WINDOWS_PATH));
	finish(b);
}

static void windows_is_recognised(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	windows(&b);
	add(&b, "WINDOWS\0\1\0\0", 12); /* optional data */
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_int_equal(o.attributes, BOOTOPT_ACTIVE);
	assert_string_equal(o.description, "Windows Boot Manager");
	assert_true(o.has_partition);
	assert_memory_equal(
		o.partition_guid, partition + 24, DEVPATH_GUID_BYTES);
	assert_int_equal(o.path_len, strlen(WINDOWS_PATH));
	assert_true(bootopt_path_is(&o, WINDOWS_PATH));
	assert_true(
		bootopt_path_is(&o, "\\efi\\MICROSOFT\\boot\\BOOTMGFW.EFI"));
	assert_false(
		bootopt_path_is(&o, "\\EFI\\Microsoft\\Boot\\bootmgfw.ef"));
	assert_false(bootopt_path_is(&o, WINDOWS_PATH "x"));
	assert_true(bootopt_path_starts(&o, "\\EFI\\microsoft\\"));
	assert_false(bootopt_path_starts(&o, "\\EFI\\Loopbreaker\\"));
}

static void full_path_is_recognised(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	begin(&b, "Windows Boot Manager");
	add(&b, controller, sizeof(controller));
	add(&b, partition, sizeof(partition));
	add_file(&b, WINDOWS_PATH, sizeof(WINDOWS_PATH));
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_true(o.has_partition);
	assert_true(bootopt_path_is(&o, WINDOWS_PATH));
}

static void file_nodes_are_joined(void **state)
{
	static const char *const parts[][3] = {
		{"\\EFI", "Microsoft\\", "\\Boot\\bootmgfw.efi"},
		{"\\EFI\\", "\\Microsoft", "Boot\\bootmgfw.efi"},
		{"", "\\EFI\\Microsoft\\Boot", "bootmgfw.efi"},
	};
	struct builder b;
	struct bootopt o;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		begin(&b, "x");
		for (size_t k = 0; k < 3; k++)
			/* The first without its NUL, which happens. */
			add_file(&b, parts[i][k],
				strlen(parts[i][k]) + (k ? 1 : 0));
		finish(&b);
		assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
		assert_true(bootopt_path_is(&o, WINDOWS_PATH));
		assert_false(o.has_partition);
	}
}

static void option_without_file_has_no_path(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	begin(&b, "UEFI: a disk");
	add(&b, controller, sizeof(controller));
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_int_equal(o.path_len, 0);
	assert_int_equal(o.path[0], 0);
	assert_false(o.has_partition);
	assert_false(bootopt_path_is(&o, WINDOWS_PATH));
}

static void mbr_partition_does_not_count(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	windows(&b);
	b.bytes[b.paths + 41] = 1; /* signature type: MBR */
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_false(o.has_partition);
	windows(&b);
	b.bytes[b.paths + 40] = 1; /* format: MBR */
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_false(o.has_partition);
}

static void only_the_first_instance_counts(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	begin(&b, "two");
	add_file(&b, "\\a", 3);
	add(&b, instance_end, sizeof(instance_end));
	add_file(&b, "\\b", 3);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_true(bootopt_path_is(&o, "\\a"));
}

static void description_is_made_printable(void **state)
{
	char text[200];
	struct builder b;
	struct bootopt o;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[0] = 0x1b;
	text[1] = (char)0xe9;
	begin(&b, text);
	add_file(&b, "\\a", 3);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_int_equal(strlen(o.description), BOOTOPT_DESCRIPTION_BYTES - 1);
	assert_memory_equal(o.description, "??xxx", 5);
}

/* Cut anywhere: an error, and nothing written. */
static void every_truncation_is_refused(void **state)
{
	struct builder b;
	struct bootopt o;
	struct bootopt before;

	(void)state;
	windows(&b);
	memset(&o, 0xee, sizeof(o));
	before = o;
	for (size_t len = 0; len < b.len; len++) {
		uint8_t *exact = malloc(len ? len : 1);

		assert_non_null(exact);
		memcpy(exact, b.bytes, len);
		assert_int_equal(bootopt_check(exact, len, &o), -ERR_TRUNCATED);
		free(exact);
	}
	assert_memory_equal(&o, &before, sizeof(o));
}

/* Any byte changed: an error or an option, never a crash. */
static void every_changed_byte_is_survived(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	windows(&b);
	for (size_t at = 0; at < b.len; at++) {
		for (unsigned int value = 0; value < 256; value++) {
			uint8_t *exact = malloc(b.len);

			assert_non_null(exact);
			memcpy(exact, b.bytes, b.len);
			exact[at] = (uint8_t)value;
			if (!bootopt_check(exact, b.len, &o))
				assert_true(o.path_len < BOOTOPT_PATH_UNITS);
			free(exact);
		}
	}
}

static void bad_lengths_are_refused(void **state)
{
	struct builder b;
	struct bootopt o;

	(void)state;
	windows(&b);
	le16_put(b.bytes + 4, 0xffff);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_TRUNCATED);
	le16_put(b.bytes + 4, 0);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_TRUNCATED);
	windows(&b);
	le16_put(b.bytes + b.paths + 2, 3); /* node shorter than its header */
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_CORRUPT);
	windows(&b);
	/* The file node ends in half a character. */
	le16_put(b.bytes + b.paths + 42 + 2, 4 + 2 * sizeof(WINDOWS_PATH) - 1);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_CORRUPT);
}

static void limits_are_kept(void **state)
{
	char text[BOOTOPT_PATH_UNITS + 1];
	struct builder b;
	struct bootopt o;

	(void)state;
	memset(text, 'a', sizeof(text));
	begin(&b, "long");
	add_file(&b, text, BOOTOPT_PATH_UNITS - 1);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	assert_int_equal(o.path_len, BOOTOPT_PATH_UNITS - 1);
	begin(&b, "too long");
	add_file(&b, text, BOOTOPT_PATH_UNITS);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_TOO_LARGE);

	begin(&b, "many nodes");
	for (unsigned int i = 0; i < DEVPATH_MAX_NODES; i++)
		add(&b, "\1\1\6\0\0\0", 6);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), 0);
	begin(&b, "too many");
	for (unsigned int i = 0; i <= DEVPATH_MAX_NODES; i++)
		add(&b, "\1\1\6\0\0\0", 6);
	finish(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &o), -ERR_TOO_LARGE);

	windows(&b);
	assert_int_equal(bootopt_check(b.bytes, BOOTOPT_MAX_BYTES, &o), 0);
	assert_int_equal(bootopt_check(b.bytes, BOOTOPT_MAX_BYTES + 1, &o),
		-ERR_TOO_LARGE);
}

static void what_is_built_is_accepted(void **state)
{
	uint8_t bytes[BOOTOPT_MAX_BYTES];
	struct builder b;
	struct bootopt o;
	size_t len;

	(void)state;
	assert_int_equal(bootopt_encode("Windows Boot Manager", partition,
				 WINDOWS_PATH, bytes, sizeof(bytes), &len),
		0);
	windows(&b); /* byte for byte what is written by hand here */
	assert_int_equal(len, b.len);
	assert_memory_equal(bytes, b.bytes, len);
	assert_int_equal(bootopt_check(bytes, len, &o), 0);
	assert_true(bootopt_path_is(&o, WINDOWS_PATH));
	assert_int_equal(bootopt_encode("Windows Boot Manager", partition,
				 WINDOWS_PATH, bytes, len - 1, &len),
		-ERR_TOO_LARGE);
}

static void equality_is_partition_and_file(void **state)
{
	struct builder b;
	struct bootopt a;
	struct bootopt c;

	(void)state;
	windows(&b);
	assert_int_equal(bootopt_check(b.bytes, b.len, &a), 0);
	c = a;
	c.attributes = 0;
	c.description[0] = 'V';
	assert_true(bootopt_equal(&a, &c));
	c.path[1] = 'e'; /* case does not matter */
	assert_true(bootopt_equal(&a, &c));
	c.path[1] = 'X';
	assert_false(bootopt_equal(&a, &c));
	c = a;
	c.partition_guid[15]++;
	assert_false(bootopt_equal(&a, &c));
	c = a;
	c.has_partition = false;
	assert_false(bootopt_equal(&a, &c));
	c = a;
	c.path_len--;
	assert_false(bootopt_equal(&a, &c));
}

static void length_of_a_path_stops_at_its_end(void **state)
{
	uint8_t path[sizeof(controller) + sizeof(partition) + sizeof(end)];
	const uint8_t *node;
	size_t len;

	(void)state;
	memcpy(path, controller, sizeof(controller));
	memcpy(path + sizeof(controller), partition, sizeof(partition));
	memcpy(path + sizeof(path) - sizeof(end), end, sizeof(end));
	assert_int_equal(devpath_prefix_bytes(path, sizeof(path), &len), 0);
	assert_int_equal(len, sizeof(controller) + sizeof(partition));
	assert_int_equal(devpath_find_partition(path, sizeof(path), &node), 0);
	assert_ptr_equal(node, path + sizeof(controller));
	assert_memory_equal(devpath_partition_guid(node), partition + 24, 16);
	assert_int_equal(devpath_prefix_bytes(path, sizeof(path) - 1, &len),
		-ERR_TRUNCATED);
	assert_int_equal(devpath_find_partition(end, sizeof(end), &node),
		-ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_is_recognised),
		cmocka_unit_test(full_path_is_recognised),
		cmocka_unit_test(file_nodes_are_joined),
		cmocka_unit_test(option_without_file_has_no_path),
		cmocka_unit_test(mbr_partition_does_not_count),
		cmocka_unit_test(only_the_first_instance_counts),
		cmocka_unit_test(description_is_made_printable),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_changed_byte_is_survived),
		cmocka_unit_test(bad_lengths_are_refused),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(what_is_built_is_accepted),
		cmocka_unit_test(equality_is_partition_and_file),
		cmocka_unit_test(length_of_a_path_stops_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
