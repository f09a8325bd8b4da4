/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device paths and Boot#### variables of the PC, written without efi/. */
#include <string.h>

#include "efi/vars.h"
#include "storage/bytes.h"
#include "tests/support/fake_pc.h"

#define GUID_BYTES 16

/* HD(number,GPT,guid); nobody looks at start and size. */
size_t fake_path_partition(uint8_t *at, const uint8_t *guid)
{
	memset(at, 0, 42);
	at[0] = 4;
	at[1] = 1;
	at[2] = 42;
	memcpy(at + 24, guid, GUID_BYTES);
	at[40] = 2;
	at[41] = 2;
	return 42;
}

static size_t put_text(uint8_t *at, const char *text)
{
	size_t units = strlen(text) + 1;

	for (size_t i = 0; i < units; i++)
		le16_put(at + 2 * i, (uint8_t)text[i]);
	return 2 * units;
}

size_t fake_path_file(uint8_t *at, const char *path)
{
	size_t len = 4 + put_text(at + 4, path);

	at[0] = 4;
	at[1] = 4;
	le16_put(at + 2, (uint16_t)len);
	return len;
}

size_t fake_path_end(uint8_t *at)
{
	memcpy(at, "\x7f\xff\4\0", 4);
	return 4;
}

static void option_name(uint16_t number, CHAR16 name[9])
{
	static const char digits[] = "0123456789ABCDEF";

	memcpy(name, u"Boot", 8);
	for (unsigned int i = 0; i < 4; i++)
		name[4 + i] = (CHAR16)digits[number >> (12 - 4 * i) & 15];
	name[8] = 0;
}

void fake_pc_put_option(struct fake_pc *pc, uint16_t number,
	const char *description, const uint8_t *guid, const char *path)
{
	uint8_t bytes[512];
	CHAR16 name[9];
	size_t start, at;

	le32_put(bytes, 1); /* active */
	start = 6 + put_text(bytes + 6, description);
	at = start + fake_path_partition(bytes + start, guid);
	at += fake_path_file(bytes + at, path);
	at += fake_path_end(bytes + at);
	le16_put(bytes + 4, (uint16_t)(at - start));
	option_name(number, name);
	fakefw_put(
		&pc->firmware, name, &fake_pc_global, VARS_NV_BS_RT, bytes, at);
}

void fake_pc_put_order(
	struct fake_pc *pc, const uint16_t *numbers, size_t count)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < count; i++)
		le16_put(bytes + 2 * i, numbers[i]);
	fakefw_put(&pc->firmware, u"BootOrder", &fake_pc_global, VARS_NV_BS_RT,
		bytes, 2 * count);
}

static size_t text_read(const uint8_t *bytes, size_t len, char *ret, size_t cap)
{
	size_t i;

	for (i = 0; 2 * i + 1 < len && le16_get(bytes + 2 * i); i++) {
		if (i + 1 < cap)
			ret[i] = (char)bytes[2 * i];
	}
	ret[i < cap ? i : cap - 1] = 0;
	return i;
}

bool fake_path_read(const uint8_t *bytes, size_t len, struct fake_path *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t at = 0; len - at >= 4;) {
		size_t node = le16_get(bytes + at + 2);

		if (bytes[at] == 0x7f)
			return true;
		if (node < 4 || node > len - at)
			return false;
		if (bytes[at] == 4 && bytes[at + 1] == 1 && node == 42)
			memcpy(ret->guid, bytes + at + 24, GUID_BYTES);
		if (bytes[at] == 4 && bytes[at + 1] == 4)
			(void)text_read(bytes + at + 4, node - 4, ret->path,
				sizeof(ret->path));
		at += node;
	}
	return false;
}

bool fake_pc_read_option(
	struct fake_pc *pc, uint16_t number, struct fake_path *ret)
{
	const struct fakefw_variable *v;
	char description[64];
	CHAR16 name[9];
	size_t start;

	option_name(number, name);
	v = fakefw_variable(&pc->firmware, name, &fake_pc_global);
	if (!v || v->len < 8)
		return false;
	start = 6 + 2 * (1 + text_read(v->bytes + 6, v->len - 6, description,
				     sizeof(description)));
	return start < v->len &&
	       fake_path_read(v->bytes + start, v->len - start, ret);
}

size_t fake_pc_order(struct fake_pc *pc, uint16_t *ret, size_t cap)
{
	const struct fakefw_variable *v =
		fakefw_variable(&pc->firmware, u"BootOrder", &fake_pc_global);
	size_t count = 0;

	for (; v && count < v->len / 2 && count < cap; count++)
		ret[count] = le16_get(v->bytes + 2 * count);
	return count;
}

void fake_pc_remove_option(struct fake_pc *pc, uint16_t number)
{
	uint16_t order[FAKE_PC_OPTIONS];
	size_t count = fake_pc_order(pc, order, FAKE_PC_OPTIONS);
	size_t kept = 0;
	CHAR16 name[9];

	option_name(number, name);
	fakefw_remove(&pc->firmware, name, &fake_pc_global);
	for (size_t i = 0; i < count; i++) {
		if (order[i] != number)
			order[kept++] = order[i];
	}
	fake_pc_put_order(pc, order, kept);
}
