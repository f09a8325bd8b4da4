/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key_csv.h"
#include "recovery/keys/key_pack.h"
#include "recovery/keys/key_text.h"
#include "storage/ascii.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

static bool is_named(const struct key_source *s, const char *extension)
{
	size_t len = strlen(s->name);
	size_t extension_len = strlen(extension);

	return len > extension_len &&
	       ascii_same_text(s->name + len - extension_len, extension);
}

int key_file_is_pack(const struct key_source *s)
{
	uint8_t magic[KEY_PACK_MAGIC_BYTES];
	int status;

	if (s->size < sizeof(magic))
		return 0;
	status = key_source_read(s, 0, magic, sizeof(magic));
	if (status == 0)
		status = !memcmp(magic, KEY_PACK_MAGIC, sizeof(magic));
	secret_wipe(magic, sizeof(magic));
	return status;
}

int key_file_recognise(const struct key_source *s, enum key_format *ret)
{
	int status = key_file_is_pack(s);

	if (status < 0)
		return status;
	if (status) {
		*ret = KEY_FORMAT_PACK;
		return 0;
	}
	if (is_named(s, ".bek")) {
		*ret = KEY_FORMAT_STARTUP;
		return 0;
	}
	status = is_named(s, ".csv") || is_named(s, ".tsv")
			 ? 1
			 : key_csv_looks_like(s);
	if (status < 0)
		return status;
	*ret = status ? KEY_FORMAT_CSV : KEY_FORMAT_TEXT;
	return 0;
}

static int hand_in_startup_key(const char *file, const uint8_t *bytes,
	size_t len, const struct key_sink *sink)
{
	struct key k = {.kind = KEY_STARTUP, .len = KEY_STARTUP_BYTES};
	struct bitlocker_key startup;
	int err = bitlocker_key_startup(bytes, len, &startup);

	if (err < 0)
		return err;
	k.id_kind = KEY_ID_WHOLE;
	memcpy(k.id, startup.guid, GUID_BYTES);
	memcpy(k.bytes, startup.bytes, KEY_STARTUP_BYTES);
	k.file = file;
	err = sink->key(sink->ctx, &k);
	bitlocker_key_wipe(&startup);
	secret_wipe(&k, sizeof(k));
	return err;
}

static int parse_startup_key(
	const struct key_source *s, const struct key_sink *sink)
{
	uint8_t *bytes;
	size_t len;
	int err;

	if (s->size > BITLOCKER_MAX_BEK_BYTES)
		return -ERR_TOO_LARGE;
	len = (size_t)s->size;
	bytes = malloc(len ? len : 1);
	if (!bytes)
		return -ERR_NO_MEMORY;
	err = key_source_read(s, 0, bytes, len);
	if (!err)
		err = hand_in_startup_key(s->name, bytes, len, sink);
	secret_wipe(bytes, len);
	free(bytes);
	return err;
}

int key_file_parse(const struct key_source *s, const struct key_sink *sink)
{
	enum key_format format;
	int err = key_file_recognise(s, &format);

	if (err < 0)
		return err;
	switch (format) {
	case KEY_FORMAT_TEXT:
		return key_text_parse(s, sink);
	case KEY_FORMAT_CSV:
		return key_csv_parse(s, sink);
	case KEY_FORMAT_STARTUP:
		return parse_startup_key(s, sink);
	case KEY_FORMAT_PACK:
		break;
	}
	return -ERR_UNSUPPORTED;
}
