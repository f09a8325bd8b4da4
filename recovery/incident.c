/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/incident.h"

#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/policy_choose.h"
#include "recovery/policy_text.h"
#include "storage/err.h"

/* --- The order ----------------------------------------------------------- */

/* One byte more, so that what is too long is not cut to size. */
#define SIGNATURE_ROOM (SIGNATURE_BYTES + 1)

struct files {
	void *order; /* INCIDENT_ORDER_MAX_BYTES */
	size_t len;
	uint8_t signature[SIGNATURE_ROOM];
	size_t signature_len;
};

static int load(const struct platform *p, struct files *f)
{
	int err;

	err = p->ops->file_get(p->ctx, FILE_INCIDENT_ORDER, f->order,
		INCIDENT_ORDER_MAX_BYTES, &f->len);
	if (err < 0)
		return err;
	err = p->ops->file_get(p->ctx, FILE_INCIDENT_ORDER_SIGNATURE,
		f->signature, sizeof(f->signature), &f->signature_len);
	/* Without a signature it is one that nobody signed. */
	if (err == -ERR_NOT_FOUND || err == -ERR_TOO_LARGE) {
		f->signature_len = 0;
		return 0;
	}
	return err;
}

static enum incident_verdict judge(struct incident *i, const struct platform *p,
	const struct files *f, struct incident_situation s)
{
	uint8_t id[PLATFORM_ID_BYTES];
	struct signature_keys keys;

	if (signature_keys_check(p->keys, p->keys_len, &keys) < 0)
		keys.count = 0;
	s.keys = &keys;
	if (!p->ops->machine_id_get(p->ctx, id)) {
		s.machine_id = id;
		s.machine_id_len = sizeof(id);
	}
	/* An empty file is no order, but it is there. */
	if (!f->len)
		return keys.count ? INCIDENT_FORGED : INCIDENT_NO_KEY;
	return incident_order_judge(f->order, f->len, f->signature,
		f->signature_len, &s, &i->order);
}

void incident_open(struct incident *i, const struct platform *p,
	const struct policy *policy, const struct record *r, uint64_t heartbeat)
{
	struct incident_situation s = {
		.now = policy_clock(p->ops->clock_get(p->ctx), r),
		.last_serial = r->incident_serial,
		.site = policy->site,
	};
	struct files f = {.len = 0};
	int err;

	memset(i, 0, sizeof(*i));
	if (heartbeat > s.now)
		s.now = heartbeat;
	i->bytes = malloc(INCIDENT_ORDER_MAX_BYTES);
	f.order = i->bytes;
	err = f.order ? load(p, &f) : -ERR_NO_MEMORY;
	if (err == -ERR_NOT_FOUND)
		i->verdict = INCIDENT_NONE;
	else if (err < 0)
		i->verdict = INCIDENT_UNREADABLE;
	else
		i->verdict = judge(i, p, &f, s);
}

void incident_close(struct incident *i)
{
	free(i->bytes);
	free(i->is_named);
	memset(i, 0, sizeof(*i));
}

/* --- Its files ----------------------------------------------------------- */

#define PATH_BYTES (POLICY_FOLDER_CHARS + 1 + DELIVERY_NAME_BYTES)

/* The hash of a file, and how much may still be read of all of them. */
struct hashing {
	mbedtls_sha256_context sha;
	uint64_t *left;
};

static int add_piece(void *ctx, const void *bytes, size_t len)
{
	struct hashing *h = ctx;

	*h->left -= len; /* volume_visit_file() never gives more */
	return mbedtls_sha256_update_ret(&h->sha, bytes, len) ? -ERR_INTERNAL
							      : 0;
}

static int hash_file(struct volume *v, const struct delivery *d, uint64_t *left,
	uint8_t hash[INCIDENT_HASH_BYTES])
{
	uint64_t max = INCIDENT_ORDER_MAX_FILE_BYTES;
	struct hashing h = {.left = left};
	char path[PATH_BYTES];
	int len =
		snprintf(path, sizeof(path), "%s/%s", d->rule->folder, d->name);
	int err;

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ERR_TOO_LARGE;
	if (max > *left)
		max = *left;
	mbedtls_sha256_init(&h.sha);
	err = mbedtls_sha256_starts_ret(&h.sha, 0) ? -ERR_INTERNAL : 0;
	if (!err)
		err = volume_visit_file(v, path, max, add_piece, &h);
	if (!err && mbedtls_sha256_finish_ret(&h.sha, hash))
		err = -ERR_INTERNAL;
	mbedtls_sha256_free(&h.sha);
	return err;
}

/* @left: bytes that may still be read of all files */
static int names_file(struct incident *i, struct volume *v,
	const struct delivery *d, uint64_t *left, bool *ret)
{
	uint8_t hash[INCIDENT_HASH_BYTES];
	enum incident_match match = incident_order_matches(&i->order, d, NULL);
	int err;

	/* A generation folder has no hash that anybody could have named. */
	if (match == INCIDENT_NEEDS_HASH && d->rule->unit == RULE_UNIT_FILE) {
		err = hash_file(v, d, left, hash);
		if (err < 0)
			return err;
		match = incident_order_matches(&i->order, d, hash);
	}
	*ret = match == INCIDENT_MATCH;
	return 0;
}

static int name_files(
	struct incident *i, struct volume *v, const struct delivery_list *list)
{
	uint64_t left = INCIDENT_ORDER_MAX_READ_BYTES;
	size_t k;
	int err = 0;

	/* One more: no deliveries are no reason to fail. */
	i->is_named = calloc(list->delivery_count + 1, sizeof(*i->is_named));
	if (!i->is_named)
		return -ERR_NO_MEMORY;
	for (k = 0; !err && k < list->delivery_count; k++)
		err = names_file(
			i, v, &list->deliveries[k], &left, &i->is_named[k]);
	return err;
}

void incident_name_files(
	struct incident *i, struct volume *v, const struct delivery_list *list)
{
	if (i->verdict != INCIDENT_ACCEPTED && i->verdict != INCIDENT_REPLAYED)
		return;
	if (name_files(i, v, list) == 0)
		return;
	free(i->is_named);
	i->is_named = NULL;
	i->verdict = INCIDENT_NO_HASHES;
}
