/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and changing BootOrder.
 */
#include "efi/bootorder.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"

int bootorder_read(const struct firmware *fw, struct bootorder *ret)
{
	uint8_t bytes[2 * BOOTORDER_MAX];
	struct vars_name variable = vars_boot_order;
	size_t len;
	int err;

	ret->count = 0;
	variable.attributes = 0;
	err = vars_get(fw, &variable, bytes, sizeof(bytes), &len);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	for (; ret->count < len / 2; ret->count++)
		ret->numbers[ret->count] = le16_get(bytes + 2 * ret->count);
	return 0;
}

static int order_write(const struct firmware *fw, const struct bootorder *o)
{
	uint8_t bytes[2 * BOOTORDER_MAX];

	for (size_t i = 0; i < o->count; i++)
		le16_put(bytes + 2 * i, o->numbers[i]);
	return vars_set(fw, &vars_boot_order, bytes, 2 * o->count);
}

int bootorder_place(const struct firmware *fw, uint16_t number, bool is_first)
{
	struct bootorder old;
	struct bootorder new = {.count = 0};
	int err = bootorder_read(fw, &old);

	/* An order that cannot be read must not be replaced. */
	if (err < 0)
		return err;
	if (is_first)
		new.numbers[new.count++] = number;
	for (size_t i = 0; i < old.count; i++) {
		if (old.numbers[i] == number)
			continue;
		if (new.count == BOOTORDER_MAX)
			return -ERR_TOO_LARGE;
		new.numbers[new.count++] = old.numbers[i];
	}
	if (!is_first) {
		if (new.count == BOOTORDER_MAX)
			return -ERR_TOO_LARGE;
		new.numbers[new.count++] = number;
	}
	return order_write(fw, &new);
}
