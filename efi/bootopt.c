/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choosing among the Boot#### options, and changing BootNext and BootOrder.
 */
#include <string.h>

#include "efi/bootopt.h"
#include "efi/bootorder.h"
#include "efi/partition.h"
#include "efi/vars.h"
#include "storage/bytes.h"
#include "storage/err.h"

/* Who we are, as far as the firmware tells; to never hand over to ourselves. */
struct self {
	bool has_number;
	uint16_t number; /* BootCurrent */
	bool has_image;
	struct bootopt image; /* partition and path of the running image */
};

int bootopt_read(
	const struct firmware *fw, uint16_t number, struct bootopt *ret)
{
	uint8_t bytes[BOOTOPT_MAX_BYTES];
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name variable = vars_boot_option(number, name);
	size_t len;
	int err;

	variable.attributes = 0; /* whoever made it, we only read it */
	err = vars_get(fw, &variable, bytes, sizeof(bytes), &len);
	if (err < 0)
		return err;
	return bootopt_check(bytes, len, ret);
}

static void self_read_image(const struct firmware *fw, struct self *self)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	const uint8_t *node;
	void *device;

	/* Quirk Q13: both may be NULL. */
	if (!image || !image->FilePath ||
		firmware_protocol(fw, image->DeviceHandle,
			&firmware_device_path_guid, &device) < 0 ||
		devpath_find_partition(device, DEVPATH_MAX_BYTES, &node) < 0 ||
		bootopt_path_check(image->FilePath, DEVPATH_MAX_BYTES,
			self->image.path, &self->image.path_len) < 0)
		return;
	self->image.has_partition = true;
	memcpy(self->image.partition_guid, devpath_partition_guid(node),
		DEVPATH_GUID_BYTES);
	self->has_image = true;
}

static void self_read(const struct firmware *fw, struct self *ret)
{
	uint8_t bytes[2];
	size_t len;

	memset(ret, 0, sizeof(*ret));
	if (!vars_get(fw, &vars_boot_current, bytes, sizeof(bytes), &len) &&
		len == sizeof(bytes)) {
		ret->number = le16_get(bytes);
		ret->has_number = true;
	}
	self_read_image(fw, ret);
}

static bool self_is(const struct self *self, const struct boot_target *t)
{
	if (bootopt_path_starts(&t->option, BOOTOPT_OWN_FOLDER))
		return true;
	if (self->has_image && bootopt_equal(&self->image, &t->option))
		return true;
	/*
	 * Whoever was started as Windows and then started us is not us:
	 * BootCurrent survives a chain of loaders.
	 */
	return self->has_number && self->number == t->number &&
	       !bootopt_path_is(&t->option, BOOTOPT_WINDOWS_PATH);
}

static bool target_is_present(
	const struct firmware *fw, const struct boot_target *t)
{
	EFI_HANDLE handle;

	return t->option.has_partition &&
	       !partition_find(fw, &firmware_block_io_guid,
		       t->option.partition_guid, &handle);
}

static bool target_is_active(const struct boot_target *t)
{
	return t->option.attributes & BOOTOPT_ACTIVE;
}

/* Does it start an operating system, rather than set-up, a shell or the net? */
static bool target_is_loader(
	const struct firmware *fw, const struct boot_target *t)
{
	return target_is_active(t) && t->option.path_len > 0 &&
	       !(t->option.attributes &
		       (BOOTOPT_HIDDEN | BOOTOPT_CATEGORY_MASK)) &&
	       target_is_present(fw, t);
}

/* How good a Windows entry is; 0: it is none. */
static unsigned int windows_rank(
	const struct self *self, const struct boot_target *t)
{
	if (!bootopt_path_is(&t->option, BOOTOPT_WINDOWS_PATH) ||
		self_is(self, t))
		return 0;
	return 1u + (target_is_active(t) ? 1u : 0u) + (t->is_present ? 2u : 0u);
}

#define WINDOWS_RANK_BEST 4

/* What was first before us. */
static int choose_first(const struct firmware *fw, const struct self *self,
	const struct bootorder *order, struct boot_target *ret)
{
	struct boot_target t = {.has_number = true};

	for (size_t i = 0; i < order->count; i++) {
		t.number = order->numbers[i];
		if (bootopt_read(fw, t.number, &t.option) < 0 ||
			self_is(self, &t) || !target_is_loader(fw, &t))
			continue;
		t.is_present = true;
		*ret = t;
		return 0;
	}
	return -ERR_NOT_FOUND;
}

/* Takes @number into @best if it is a better Windows than the one there. */
static void windows_consider(const struct firmware *fw, const struct self *self,
	uint16_t number, struct boot_target *best, unsigned int *best_rank)
{
	struct boot_target t = {.has_number = true, .number = number};
	unsigned int rank;

	if (bootopt_read(fw, number, &t.option) < 0)
		return;
	t.is_present = target_is_present(fw, &t);
	rank = windows_rank(self, &t);
	if (rank <= *best_rank)
		return;
	*best = t;
	*best_rank = rank;
}

static int choose_windows(const struct firmware *fw, const struct self *self,
	const struct bootorder *order, struct boot_target *ret)
{
	struct boot_target best;
	unsigned int rank = 0;

	for (size_t i = 0; i < order->count && rank < WINDOWS_RANK_BEST; i++)
		windows_consider(fw, self, order->numbers[i], &best, &rank);
	for (uint16_t n = 0; n <= BOOTOPT_LAST_NUMBER; n++) {
		if (rank >= WINDOWS_RANK_BEST)
			break;
		windows_consider(fw, self, n, &best, &rank);
	}
	if (!rank)
		return -ERR_NOT_FOUND;
	*ret = best;
	return 0;
}

int bootopt_choose(const struct firmware *fw, struct boot_target *ret)
{
	struct bootorder order;
	struct self self;

	(void)bootorder_read(
		fw, &order); /* then only Boot#### are left to ask */
	self_read(fw, &self);
	if (!choose_first(fw, &self, &order, ret))
		return 0;
	return choose_windows(fw, &self, &order, ret);
}

/* The lowest number without a variable of that name. */
static int number_find_free(const struct firmware *fw, uint16_t *ret)
{
	for (uint16_t n = 0; n <= BOOTOPT_LAST_NUMBER; n++) {
		uint8_t bytes[BOOTOPT_MAX_BYTES];
		CHAR16 name[VARS_BOOT_NAME_UNITS];
		struct vars_name variable = vars_boot_option(n, name);
		size_t len;

		if (vars_get(fw, &variable, bytes, sizeof(bytes), &len) ==
			-ERR_NOT_FOUND) {
			*ret = n;
			return 0;
		}
	}
	return -ERR_NO_SPACE;
}

/* Stores @bytes under a free number, and that number in BootOrder. */
static int option_store(const struct firmware *fw, const void *bytes,
	size_t len, uint16_t *ret_number)
{
	CHAR16 name[VARS_BOOT_NAME_UNITS];
	struct vars_name variable;
	uint16_t number;
	int err;

	err = number_find_free(fw, &number);
	if (err < 0)
		return err;
	variable = vars_boot_option(number, name);
	err = vars_set(fw, &variable, bytes, len);
	if (err < 0)
		return err;
	/* Without it BootNext still works, until the firmware tidies up. */
	(void)bootorder_place(fw, number, false);
	*ret_number = number;
	return 0;
}

int bootopt_create_windows(const struct firmware *fw, struct boot_target *ret)
{
	uint8_t bytes[BOOTOPT_MAX_BYTES];
	struct partition_file file;
	struct boot_target t = {.is_present = true};
	size_t len;
	int err;

	err = partition_find_file(
		fw, u"\\EFI\\Microsoft\\Boot\\bootmgfw.efi", NULL, NULL, &file);
	if (err < 0)
		return err;
	err = bootopt_encode(BOOTOPT_WINDOWS_NAME, file.node,
		BOOTOPT_WINDOWS_PATH, bytes, sizeof(bytes), &len);
	if (err < 0)
		return err;
	err = bootopt_check(bytes, len, &t.option);
	if (err < 0)
		return err;
	t.has_number = option_store(fw, bytes, len, &t.number) == 0;
	*ret = t;
	return 0;
}

int bootopt_set_next(
	const struct firmware *fw, const struct boot_target *target)
{
	struct bootopt now;
	uint8_t bytes[2];
	int err;

	if (!target->has_number)
		return -ERR_NOT_FOUND;
	le16_put(bytes, target->number);
	err = vars_set(fw, &vars_boot_next, bytes, sizeof(bytes));
	if (err < 0)
		return err;
	/* Quirk Q01: the number may have been given to something else. */
	err = bootopt_read(fw, target->number, &now);
	if (err < 0)
		return err;
	return bootopt_equal(&now, &target->option) ? 0 : -ERR_NOT_STORED;
}

int bootopt_set_self_next(const struct firmware *fw)
{
	struct bootorder order;
	struct bootopt option;
	struct self self;
	uint8_t bytes[2];
	int err;

	self_read(fw, &self);
	if (!self.has_number || bootopt_read(fw, self.number, &option) < 0 ||
		bootopt_path_is(&option, BOOTOPT_WINDOWS_PATH))
		return 0;
	err = bootorder_read(fw, &order);
	if (err < 0)
		return err;
	if (order.count && order.numbers[0] == self.number)
		return 0;
	le16_put(bytes, self.number);
	err = vars_set(fw, &vars_boot_next, bytes, sizeof(bytes));
	return err < 0 ? err : 1;
}

int bootopt_put_first(const struct firmware *fw, uint16_t number)
{
	struct bootorder old;
	int err = bootorder_read(fw, &old);

	if (err < 0)
		return err;
	if (old.count && old.numbers[0] == number)
		return 0;
	err = bootorder_place(fw, number, true);
	return err < 0 ? err : 1;
}

int bootopt_find_bypass(const struct firmware *fw, struct boot_target *ret)
{
	struct boot_target first = {.has_number = true};
	struct bootorder order;
	struct bootopt own;
	int err = bootorder_read(fw, &order);

	if (err < 0)
		return err;
	if (!order.count)
		return 0;
	first.number = order.numbers[0];
	err = bootopt_read(fw, first.number, &first.option);
	if (err < 0 || bootopt_path_starts(&first.option, BOOTOPT_OWN_FOLDER))
		return err;
	for (size_t i = 1; i < order.count; i++) {
		if (bootopt_read(fw, order.numbers[i], &own) < 0 ||
			!bootopt_path_starts(&own, BOOTOPT_OWN_FOLDER))
			continue;
		*ret = first;
		return 1;
	}
	return 0;
}
