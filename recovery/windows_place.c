/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/windows_place.h"

#include <string.h>

void windows_place_of(const struct found *f, const struct found_volume *v,
	struct windows_place *ret)
{
	memcpy(ret->disk, f->table_uuid, sizeof(ret->disk));
	memcpy(ret->partition, v->part_uuid, sizeof(ret->partition));
	ret->start_bytes = v->start_bytes;
}

bool windows_place_is(
	const struct windows_place *place, const struct bcd_device *d)
{
	switch (d->kind) {
	case BCD_DEVICE_GPT:
		return !strcmp(place->disk, d->disk) &&
		       !strcmp(place->partition, d->partition);
	case BCD_DEVICE_MBR:
		return !strcmp(place->disk, d->disk) && !place->partition[0] &&
		       place->start_bytes == d->offset_bytes;
	case BCD_DEVICE_NONE:
	case BCD_DEVICE_FILE:
	case BCD_DEVICE_OTHER:
		break;
	}
	return false;
}

/* Does the default name a place, wherever that is? */
static bool has_place(const struct boot_config *c)
{
	enum bcd_device_kind kind = c->loader.device.kind;

	return c->state == SOURCE_READ && c->default_err == 0 &&
	       kind != BCD_DEVICE_NONE && kind != BCD_DEVICE_OTHER;
}

enum windows_choice windows_choose(const struct boot_config *c,
	const struct windows_place *places, size_t count, size_t *ret_index)
{
	enum windows_choice otherwise = CHOICE_ELSEWHERE;
	size_t i;

	if (c->state == SOURCE_ABSENT)
		return CHOICE_NO_CONFIG;
	if (!has_place(c))
		return CHOICE_UNKNOWN;
	for (i = 0; i < count; i++) {
		if (windows_place_is(&places[i], &c->loader.device)) {
			*ret_index = i;
			return CHOICE_DEFAULT;
		}
		if (!places[i].disk[0])
			otherwise = CHOICE_UNKNOWN;
	}
	return otherwise;
}
