/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/bcd.h"

#include <stdio.h>
#include <string.h>

#include "recovery/hive_value.h"
#include "storage/err.h"

#define OBJECT_BOOT_MANAGER "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define TYPE_WINDOWS_LOADER 0x10200003

enum element {
	ELEMENT_DEVICE = 0x11000001,
	ELEMENT_PATH = 0x12000002,
	ELEMENT_RECOVERY_SEQUENCE = 0x14000008,
	ELEMENT_RECOVERY_ENABLED = 0x16000009,
	ELEMENT_OS_DEVICE = 0x21000001,
	ELEMENT_SYSTEM_ROOT = 0x22000002,
	ELEMENT_DEFAULT = 0x23000003,
	ELEMENT_DISPLAY_ORDER = 0x24000001,
	ELEMENT_ONE_TIME = 0x24000002,
	ELEMENT_BOOT_STATUS_POLICY = 0x250000E0
};

#define VALUE "Element"

/* A list of ids: each with its NUL, and one more. */
#define LIST_BYTES (BCD_MAX_IDS * BCD_ID_BYTES + 1)

/* "Elements\" and eight digits. */
#define ELEMENT_PATH_BYTES 24

/* --- Ids ------------------------------------------------------------------ */

static bool is_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* Whatever else is used as the name of a key may name another one. */
static int id_check(const char *id)
{
	static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
	size_t i;

	for (i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'x' ? !is_digit(id[i]) : id[i] != form[i])
			return -ERR_CORRUPT;
	return id[i] ? -ERR_CORRUPT : 0;
}

/* --- Elements ------------------------------------------------------------- */

/*
 * 1 with the key of an element, 0 if the object does not have it.  An element
 * that is there has a value: without one the store is damaged.
 */
static int element_find(struct bcd *b, const struct hive_key *object,
	enum element which, struct hive_key *ret)
{
	char path[ELEMENT_PATH_BYTES];
	int err;

	(void)snprintf(
		path, sizeof(path), "Elements\\%08x", (unsigned int)which);
	err = hive_find(&b->hive, object, path, ret);
	if (err == -ERR_NOT_FOUND)
		return 0;
	return err < 0 ? err : 1;
}

static int value_err(int err)
{
	return err == -ERR_NOT_FOUND || err == -ERR_UNSUPPORTED ? -ERR_CORRUPT
								: err;
}

static int text_get(struct bcd *b, const struct hive_key *object,
	enum element which, char *ret, size_t cap)
{
	struct hive_key key;
	int err = element_find(b, object, which, &key);

	memset(ret, 0, cap);
	if (err <= 0)
		return err;
	return value_err(hive_get_text(&b->hive, &key, VALUE, ret, cap));
}

/* One id or several, in a row and each with its NUL; "" if there is none. */
static int ids_get(struct bcd *b, const struct hive_key *object,
	enum element which, struct bcd_ids *ret)
{
	char text[LIST_BYTES];
	const char *s;
	int err = text_get(b, object, which, text, sizeof(text));

	ret->count = 0;
	if (err < 0)
		return err;
	for (s = text; *s; s += strlen(s) + 1) {
		err = id_check(s);
		if (err < 0)
			return err;
		/* Fits: LIST_BYTES has no room for more. */
		memcpy(ret->ids[ret->count++], s, BCD_ID_BYTES);
	}
	return 0;
}

static int id_get(struct bcd *b, const struct hive_key *object,
	enum element which, char ret[BCD_ID_BYTES])
{
	struct bcd_ids list;
	int err = ids_get(b, object, which, &list);

	ret[0] = '\0';
	if (err == 0 && list.count)
		memcpy(ret, list.ids[0], BCD_ID_BYTES);
	return err;
}

/* A truth value is one byte, a number eight. */
static int number_get(struct bcd *b, const struct hive_key *object,
	enum element which, bool *ret_has, uint64_t *ret)
{
	uint8_t bytes[8] = {0};
	struct hive_key key;
	size_t len;
	int err = element_find(b, object, which, &key);

	*ret_has = err > 0;
	*ret = 0;
	if (err <= 0)
		return err;
	err = value_err(hive_get_bytes(
		&b->hive, &key, VALUE, bytes, sizeof(bytes), &len));
	if (err < 0)
		return err;
	if (!len)
		return -ERR_CORRUPT;
	while (len--)
		*ret = *ret << 8 | bytes[len];
	return 0;
}

static int device_get(struct bcd *b, const struct hive_key *object,
	enum element which, struct bcd_device *ret)
{
	uint8_t bytes[BCD_DEVICE_MAX_BYTES];
	struct hive_key key;
	size_t len;
	int err = element_find(b, object, which, &key);

	memset(ret, 0, sizeof(*ret));
	if (err <= 0)
		return err;
	err = value_err(hive_get_bytes(
		&b->hive, &key, VALUE, bytes, sizeof(bytes), &len));
	return err < 0 ? err : bcd_device_check(bytes, len, ret);
}

/* --- Objects -------------------------------------------------------------- */

int bcd_open(struct bcd *b, struct disk *d)
{
	int err = hive_open(&b->hive, d);

	if (err < 0)
		return err;
	err = hive_find(&b->hive, &b->hive.root, "Objects", &b->objects);
	if (err == -ERR_NOT_FOUND)
		return -ERR_UNSUPPORTED;
	if (err < 0)
		return err;
	return hive_find(
		&b->hive, &b->objects, OBJECT_BOOT_MANAGER, &b->manager);
}

int bcd_get_manager(struct bcd *b, struct bcd_manager *ret)
{
	int err = id_get(b, &b->manager, ELEMENT_DEFAULT, ret->default_id);

	if (err == 0)
		err = text_get(b, &b->manager, ELEMENT_PATH, ret->path,
			sizeof(ret->path));
	if (err == 0)
		err = device_get(b, &b->manager, ELEMENT_DEVICE, &ret->device);
	return err;
}

int bcd_get_ids(struct bcd *b, enum bcd_list which, struct bcd_ids *ret)
{
	return ids_get(b, &b->manager,
		which == BCD_ONE_TIME ? ELEMENT_ONE_TIME
				      : ELEMENT_DISPLAY_ORDER,
		ret);
}

/* The object @id, if it is a loader of Windows. */
static int loader_find(struct bcd *b, const char *id, struct hive_key *ret)
{
	struct hive_key description;
	uint32_t type;
	int err = id_check(id);

	if (err == 0)
		err = hive_find(&b->hive, &b->objects, id, ret);
	if (err < 0)
		return err;
	err = value_err(hive_find(&b->hive, ret, "Description", &description));
	if (err == 0)
		err = value_err(
			hive_get_u32(&b->hive, &description, "Type", &type));
	if (err < 0)
		return err;
	return type == TYPE_WINDOWS_LOADER ? 0 : -ERR_UNSUPPORTED;
}

static int loader_recovery(
	struct bcd *b, const struct hive_key *object, struct bcd_loader *l)
{
	uint64_t enabled = 0;
	int err = id_get(b, object, ELEMENT_RECOVERY_SEQUENCE, l->recovery_id);

	if (err == 0)
		err = number_get(b, object, ELEMENT_RECOVERY_ENABLED,
			&l->has_recovery_enabled, &enabled);
	l->recovery_enabled = enabled != 0;
	if (err == 0)
		err = number_get(b, object, ELEMENT_BOOT_STATUS_POLICY,
			&l->has_boot_status_policy, &l->boot_status_policy);
	return err;
}

int bcd_get_loader(struct bcd *b, const char *id, struct bcd_loader *ret)
{
	struct bcd_loader l = {.recovery_enabled = false};
	struct hive_key object;
	int err = loader_find(b, id, &object);

	if (err == 0)
		err = device_get(b, &object, ELEMENT_OS_DEVICE, &l.device);
	if (err == 0)
		err = text_get(
			b, &object, ELEMENT_PATH, l.path, sizeof(l.path));
	if (err == 0)
		err = text_get(b, &object, ELEMENT_SYSTEM_ROOT, l.system_root,
			sizeof(l.system_root));
	if (err == 0)
		err = loader_recovery(b, &object, &l);
	if (err == 0)
		*ret = l;
	return err;
}

bool bcd_never_diverts(const struct bcd_loader *l)
{
	return (l->has_recovery_enabled && !l->recovery_enabled) ||
	       (l->has_boot_status_policy &&
		       l->boot_status_policy == BCD_POLICY_IGNORE_ALL_FAILURES);
}
