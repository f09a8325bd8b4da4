/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what check.c is to check, and gives names to what it found. */
#include "storage/bitlocker/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/check.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* A copy beyond the end, or on a bad spot, is a damaged copy. */
static int read_blocks(struct disk *volume, struct bitlocker_metadata *m,
	uint8_t *room, const uint8_t *ret_blocks[FVE_COPIES])
{
	size_t failed = 0;
	size_t i;

	for (i = 0; i < FVE_COPIES; i++) {
		uint8_t *to = room + i * FVE_BLOCK_BYTES;
		int err = disk_read(
			volume, m->copies[i].start, to, FVE_BLOCK_BYTES);

		ret_blocks[i] = err < 0 ? NULL : to;
		failed += err == -ERR_IO;
	}
	return failed == FVE_COPIES ? -ERR_IO : 0;
}

static int read_and_check_blocks(
	struct disk *volume, struct bitlocker_metadata *m)
{
	const uint8_t *blocks[FVE_COPIES];
	uint8_t *room = malloc((size_t)FVE_COPIES * FVE_BLOCK_BYTES);
	int err;

	if (!room)
		return -ERR_NO_MEMORY;
	err = read_blocks(volume, m, room, blocks);
	if (err == 0)
		err = bitlocker_check_blocks(blocks, m);
	secret_wipe(room, (size_t)FVE_COPIES * FVE_BLOCK_BYTES);
	free(room);
	return err;
}

int bitlocker_metadata_read(struct disk *volume, struct bitlocker_metadata *ret)
{
	uint8_t boot[FVE_BOOT_BYTES];
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->volume_bytes = volume->size_bytes;
	ret->no_read = BITLOCKER_NOT_BITLOCKER;
	ret->no_write = ret->no_read;
	if (volume->size_bytes < sizeof(boot))
		return 0;
	err = disk_read(volume, 0, boot, sizeof(boot));
	if (err < 0)
		return err;
	if (bitlocker_check_boot(boot, ret))
		return read_and_check_blocks(volume, ret);
	ret->no_write = ret->no_read;
	return 0;
}

void bitlocker_metadata_close(struct bitlocker_metadata *m)
{
	if (m->protectors)
		secret_wipe(m->protectors,
			BITLOCKER_MAX_PROTECTORS * sizeof(*m->protectors));
	free(m->protectors);
	secret_wipe(m, sizeof(*m));
}

bool bitlocker_is_suspended(const struct bitlocker_metadata *m)
{
	size_t i;

	if (m->no_read != BITLOCKER_ACCEPTED)
		return false;
	for (i = 0; i < m->protector_count; i++)
		if (m->protectors[i].type == BITLOCKER_CLEAR_KEY &&
			m->protectors[i].has_clear_key)
			return true;
	return m->state == FVE_STATE_DECRYPTED;
}

/* --- Names --------------------------------------------------------------- */

static const struct {
	const char *word;
	const char *text;
} refusals[] = {
	[BITLOCKER_ACCEPTED] = {"accepted", "nothing is wrong"},
	[BITLOCKER_NOT_BITLOCKER] = {"not-bitlocker",
		"it is not a BitLocker volume"},
	[BITLOCKER_VISTA] = {"vista",
		"it has the old form of Windows Vista, which is not supported"},
	[BITLOCKER_UNKNOWN_FORM] = {"unknown-form",
		"it has a form of BitLocker that is not known"},
	[BITLOCKER_BAD_SECTOR_SIZE] = {"bad-sector-size",
		"its sectors have neither 512 nor 4096 bytes"},
	[BITLOCKER_BAD_PLACES] = {"bad-places",
		"its metadata lie where they cannot be"},
	[BITLOCKER_NO_GOOD_COPY] = {"no-good-copy",
		"all three copies of its metadata are damaged"},
	[BITLOCKER_BAD_ENTRIES] = {"bad-entries",
		"its metadata contradict themselves"},
	[BITLOCKER_TOO_MANY] = {"too-many",
		"it has more key protectors than are supported"},
	[BITLOCKER_UNKNOWN_METHOD] = {"unknown-method",
		"it is encrypted with a method that is not known"},
	[BITLOCKER_UNFINISHED] = {"unfinished",
		"Windows has not finished encrypting its used space; start "
		"Windows once and let it finish"},
	[BITLOCKER_CONVERTING] = {"converting",
		"it was being encrypted or decrypted when Windows stopped; "
		"only Windows can carry on"},
	[BITLOCKER_UNKNOWN_STATE] = {"unknown-state",
		"it is in a state that is not known"},
	[BITLOCKER_DAMAGED_COPY] = {"damaged-copy",
		"a copy of its metadata is damaged"},
	[BITLOCKER_DIFFERENT_COPIES] = {"different-copies",
		"the copies of its metadata differ, so Windows was changing "
		"them"},
	[BITLOCKER_DECRYPTED] = {"decrypted",
		"it is decrypted, but still laid out as a BitLocker volume"},
	[BITLOCKER_PAUSED] = {"paused",
		"only a part of it is encrypted, and Windows has paused there"},
	[BITLOCKER_OTHER_SIZE] = {"other-size",
		"it was encrypted as a volume of another size"},
	[BITLOCKER_NOT_SEALED] = {"not-sealed",
		"its metadata are not those that Windows has sealed with its "
		"key, so somebody may have changed them"},
};

#define REFUSAL_COUNT (sizeof(refusals) / sizeof(refusals[0]))

const char *bitlocker_refusal_text(enum bitlocker_refusal r)
{
	return (size_t)r < REFUSAL_COUNT ? refusals[r].text
					 : "for a reason that is not known";
}

const char *bitlocker_refusal_word(enum bitlocker_refusal r)
{
	return (size_t)r < REFUSAL_COUNT ? refusals[r].word : "unknown";
}

const char *bitlocker_method_text(uint16_t method)
{
	switch (method) {
	case BITLOCKER_METHOD_NONE:
		return "none";
	case BITLOCKER_CBC_128_DIFFUSER:
		return "AES-CBC 128 with diffuser";
	case BITLOCKER_CBC_256_DIFFUSER:
		return "AES-CBC 256 with diffuser";
	case BITLOCKER_CBC_128:
		return "AES-CBC 128";
	case BITLOCKER_CBC_256:
		return "AES-CBC 256";
	case BITLOCKER_XTS_128:
		return "XTS-AES 128";
	case BITLOCKER_XTS_256:
		return "XTS-AES 256";
	default:
		return "unknown";
	}
}

const char *bitlocker_protector_text(uint16_t type)
{
	switch (type) {
	case BITLOCKER_CLEAR_KEY:
		return "clear key (protection is suspended)";
	case BITLOCKER_TPM:
		return "TPM";
	case BITLOCKER_STARTUP_KEY:
		return "startup key";
	case BITLOCKER_TPM_STARTUP_KEY:
		return "TPM and startup key";
	case BITLOCKER_TPM_PIN:
		return "TPM and PIN";
	case BITLOCKER_TPM_PIN_STARTUP_KEY:
		return "TPM, PIN and startup key";
	case BITLOCKER_RECOVERY_PASSWORD:
		return "recovery password";
	case BITLOCKER_SMART_CARD:
		return "smart card";
	case BITLOCKER_PASSWORD:
		return "password";
	default:
		return "unknown";
	}
}

const char *bitlocker_state_text(uint16_t state)
{
	switch (state) {
	case FVE_STATE_DECRYPTED:
		return "decrypted";
	case FVE_STATE_PAUSED:
		return "conversion paused";
	case FVE_STATE_ENCRYPTED:
		return "encrypted";
	case 2:
	case 5:
		return "being converted";
	default:
		return "unknown";
	}
}
