/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an incident order says, and which files it means. */
#include "recovery/incident_order.h"

#include <libfdt.h>
#include <string.h>

#include "recovery/policy_text.h"
#include "recovery/tree.h"
#include "storage/ascii.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define MAX_LIFETIME                                                           \
	(24u * (uint64_t)INCIDENT_ORDER_MAX_DAYS * FILETIME_TICKS_PER_HOUR)

/* --- Reading ------------------------------------------------------------- */

static bool is_name(const char *s)
{
	return policy_text_is_folder(s) && !strchr(s, '/');
}

static bool is_site(const char *s)
{
	return policy_text_is_plain(s, POLICY_NAME_CHARS);
}

static int optional(int err)
{
	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int read_times(const void *fdt, struct incident_order *o)
{
	int err;

	err = tree_must(tree_read_time(fdt, 0, "issued", &o->issued));
	if (err < 0)
		return err;
	err = tree_must(tree_read_time(fdt, 0, "expires", &o->expires));
	if (err < 0)
		return err;
	err = tree_must(
		tree_read_time(fdt, 0, "delivered-from", &o->delivered_from));
	if (err < 0)
		return err;
	err = tree_must(
		tree_read_time(fdt, 0, "delivered-until", &o->delivered_until));
	if (err < 0)
		return err;
	if (o->expires <= o->issued || o->delivered_until < o->delivered_from)
		return -ERR_CORRUPT;
	return o->expires - o->issued > MAX_LIFETIME ? -ERR_TOO_LARGE : 0;
}

static int read_hashes(const void *fdt, struct incident_order *o)
{
	const uint8_t *bytes;
	int len;

	bytes = fdt_getprop(fdt, 0, "sha256", &len);
	if (!bytes)
		return len == -FDT_ERR_NOTFOUND ? 0 : -ERR_CORRUPT;
	if (len <= 0 || len % INCIDENT_HASH_BYTES)
		return -ERR_CORRUPT;
	if (len / INCIDENT_HASH_BYTES > INCIDENT_ORDER_MAX_HASHES)
		return -ERR_TOO_LARGE;
	o->hashes = bytes;
	o->hash_count = (size_t)len / INCIDENT_HASH_BYTES;
	return 0;
}

static int read_files(const void *fdt, struct incident_order *o)
{
	int err;

	err = optional(tree_read_list(fdt, 0, "names", is_name,
		INCIDENT_ORDER_MAX_NAMES, o->names, &o->name_count));
	if (err < 0)
		return err;
	err = read_hashes(fdt, o);
	if (err < 0)
		return err;
	return o->name_count || o->hash_count ? 0 : -ERR_CORRUPT;
}

static int read_addressees(const void *fdt, struct incident_order *o)
{
	int err;

	err = optional(tree_read_list(fdt, 0, "sites", is_site,
		INCIDENT_ORDER_MAX_SITES, o->sites, &o->site_count));
	if (err < 0)
		return err;
	o->share = INCIDENT_ALL_PCS;
	return optional(tree_read_u32(
		fdt, 0, "share-per-mille", 1, INCIDENT_ALL_PCS, &o->share));
}

int incident_order_check(
	const void *blob, size_t len, struct incident_order *ret)
{
	struct incident_order o;
	int err;

	memset(&o, 0, sizeof(o));
	err = tree_check(blob, len, INCIDENT_ORDER_MAX_BYTES);
	if (err < 0)
		return err;
	err = tree_check_compatible(blob, INCIDENT_ORDER_COMPATIBLE);
	if (err < 0)
		return err;
	err = tree_must(
		tree_read_u32(blob, 0, "serial", 1, UINT32_MAX, &o.serial));
	if (err < 0)
		return err;
	err = tree_must(
		tree_read_text(blob, 0, "about", POLICY_TEXT_CHARS, &o.about));
	if (err < 0)
		return err;
	err = read_times(blob, &o);
	if (err < 0)
		return err;
	err = read_files(blob, &o);
	if (err < 0)
		return err;
	err = read_addressees(blob, &o);
	if (err < 0)
		return err;
	*ret = o;
	return 0;
}

/* --- Files --------------------------------------------------------------- */

static bool names_it(const struct incident_order *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->name_count; i++)
		if (ascii_same_text(o->names[i], name))
			return true;
	return o->name_count == 0;
}

static bool knows_hash(const struct incident_order *o, const uint8_t *hash)
{
	size_t i;

	for (i = 0; i < o->hash_count; i++)
		if (!memcmp(o->hashes + i * INCIDENT_HASH_BYTES, hash,
			    INCIDENT_HASH_BYTES))
			return true;
	return false;
}

enum incident_match incident_order_matches(const struct incident_order *o,
	const struct delivery *d, const uint8_t *hash)
{
	if (!o->name_count && !o->hash_count)
		return INCIDENT_NO_MATCH;
	if (d->delivered_at < o->delivered_from ||
		d->delivered_at > o->delivered_until || !names_it(o, d->name))
		return INCIDENT_NO_MATCH;
	if (!o->hash_count)
		return INCIDENT_MATCH;
	if (d->size_bytes > INCIDENT_ORDER_MAX_FILE_BYTES)
		return INCIDENT_NO_MATCH;
	if (!hash)
		return INCIDENT_NEEDS_HASH;
	return knows_hash(o, hash) ? INCIDENT_MATCH : INCIDENT_NO_MATCH;
}
