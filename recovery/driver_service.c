/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/driver_service.h"

#include <stdio.h>
#include <string.h>

#include "recovery/hive_value.h"
#include "recovery/windows_path.h"
#include "storage/ascii.h"
#include "storage/err.h"

#define SUFFIX ".sys"

static const char services_key[] = "Services";

static int read_number(struct hive *h, const struct hive_key *k,
	const char *name, uint32_t *ret)
{
	int err;

	*ret = FACT_ABSENT;
	err = hive_get_u32(h, k, name, ret);
	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int read_text(struct hive *h, const struct hive_key *k, const char *name,
	char *ret, size_t cap)
{
	int err;

	ret[0] = '\0';
	err = hive_get_text(h, k, name, ret, cap);
	return err == -ERR_NOT_FOUND ? 0 : err;
}

/* Kind and file: what is needed to tell one service from the others. */
static int read_what(
	struct hive *h, const struct hive_key *k, struct driver_service *ret)
{
	int err = read_number(h, k, "Type", &ret->type);

	if (err < 0)
		return err;
	if (ret->type != SERVICE_KERNEL_DRIVER &&
		ret->type != SERVICE_FILE_SYSTEM_DRIVER &&
		ret->type != SERVICE_RECOGNIZER_DRIVER)
		return -ERR_NOT_FOUND;
	return read_text(
		h, k, "ImagePath", ret->image_path, sizeof(ret->image_path));
}

static int read_rest(
	struct hive *h, const struct hive_key *k, struct driver_service *ret)
{
	int err = read_number(h, k, "Start", &ret->start);

	if (err == 0)
		err = read_number(h, k, "ErrorControl", &ret->error_control);
	if (err == 0)
		err = read_text(h, k, "Group", ret->group, sizeof(ret->group));
	snprintf(ret->name, sizeof(ret->name), "%s", k->name);
	return err;
}

/* Length of a name without ".sys". */
static size_t stem_length(const char *module)
{
	size_t len = strlen(module);
	size_t suffix = strlen(SUFFIX);

	return len > suffix && ascii_same_text(module + len - suffix, SUFFIX)
		       ? len - suffix
		       : len;
}

static bool loads(const struct driver_service *s, const struct hive_key *k,
	const char *module)
{
	char name[HIVE_NAME_BYTES + sizeof(SUFFIX)];

	if (s->image_path[0])
		return ascii_same_text(
			windows_path_file(s->image_path), module);
	snprintf(name, sizeof(name), "%s%s", k->name, SUFFIX);
	return ascii_same_text(name, module);
}

/* Does it, when it is called @k?  0, or -ERR_NOT_FOUND if not. */
static int match(struct hive *h, const struct hive_key *k, const char *module,
	struct driver_service *ret)
{
	int err = read_what(h, k, ret);

	if (err == 0 && !loads(ret, k, module))
		return -ERR_NOT_FOUND;
	if (err == 0)
		err = read_rest(h, k, ret);
	/* Windows does not load what it cannot make sense of. */
	return err == -ERR_UNSUPPORTED ? -ERR_NOT_FOUND : err;
}

int driver_service_read(struct hive *h, const struct hive_key *control_set,
	const char *name, struct driver_service *ret)
{
	struct hive_key k;
	int err = hive_find(h, control_set, services_key, &k);

	if (err == 0)
		err = hive_find(h, &k, name, &k);
	if (err == 0)
		err = read_what(h, &k, ret);
	return err < 0 ? err : read_rest(h, &k, ret);
}

int driver_service_find(struct hive *h, const struct hive_key *control_set,
	const char *module, struct driver_service *ret)
{
	struct hive_key services;
	char name[HIVE_NAME_BYTES];
	size_t len = stem_length(module);
	struct hive_walk w;
	struct hive_key k;
	int err = hive_find(h, control_set, services_key, &services);

	if (err == 0 && !*module)
		err = -ERR_NOT_FOUND;
	if (err < 0)
		return err;
	if (len < sizeof(name)) {
		memcpy(name, module, len);
		name[len] = '\0';
		err = hive_find(h, &services, name, &k);
		if (err == 0)
			err = match(h, &k, module, ret);
		if (err != -ERR_NOT_FOUND)
			return err;
	}
	hive_walk_begin(&w, h, &services);
	while ((err = hive_walk_next(&w, &k)) > 0) {
		err = match(h, &k, module, ret);
		if (err != -ERR_NOT_FOUND)
			return err;
	}
	return err < 0 ? err : -ERR_NOT_FOUND;
}

int driver_service_count(
	struct hive *h, const struct hive_key *control_set, uint32_t *ret)
{
	struct hive_key k;
	int err = hive_find(h, control_set, services_key, &k);

	if (err == 0)
		*ret = k.subkey_count;
	return err;
}
