/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BitLocker volumes: what their metadata say, and what may be done with them.
 *
 * Own code: no existing library reads and writes, is portable and sound.
 * libbde, cryptsetup's bitlk and dislocker only read (or write through FUSE),
 * need POSIX, and fail on volumes that Windows makes; the tests use all three
 * as judges.
 *
 * A BitLocker volume is opened in three steps, each of which can be the last:
 *
 *   metadata.h  what it is, which protectors it has; no key needed
 *   unlock.h    with a key of a person: the key of the volume
 *   layer.h     the plain volume as a struct disk
 */
#ifndef STORAGE_BITLOCKER_METADATA_H
#define STORAGE_BITLOCKER_METADATA_H

#include <stdbool.h>

#include "storage/disk.h"
#include "storage/guid.h"

/* Above these a volume is refused. */
#define BITLOCKER_MAX_PROTECTORS 64
#define BITLOCKER_MAX_WRAPPED	 4 /* keys in one protector */
#define BITLOCKER_MAX_HEADER_BYTES                                             \
	(64u << 20) /* relocated; To Go has 5 MiB                              \
		     */

#define BITLOCKER_COPIES	    3
#define BITLOCKER_DESCRIPTION_BYTES 192 /* UTF-8, with the closing NUL */
#define BITLOCKER_MAX_PAYLOAD_BYTES 76

/* As they are on disk. */
enum bitlocker_method {
	BITLOCKER_METHOD_NONE = 0, /* of a volume that is decrypted */
	BITLOCKER_CBC_128_DIFFUSER = 0x8000,
	BITLOCKER_CBC_256_DIFFUSER = 0x8001,
	BITLOCKER_CBC_128 = 0x8002,
	BITLOCKER_CBC_256 = 0x8003,
	BITLOCKER_XTS_128 = 0x8004,
	BITLOCKER_XTS_256 = 0x8005
};

/* As they are on disk; others exist, so no switch is complete. */
enum bitlocker_protector_type {
	BITLOCKER_CLEAR_KEY = 0x0000, /* protection is suspended */
	BITLOCKER_TPM = 0x0100,
	BITLOCKER_STARTUP_KEY = 0x0200,
	BITLOCKER_TPM_STARTUP_KEY = 0x0300,
	BITLOCKER_TPM_PIN = 0x0500,
	BITLOCKER_TPM_PIN_STARTUP_KEY = 0x0700,
	BITLOCKER_RECOVERY_PASSWORD = 0x0800,
	BITLOCKER_SMART_CARD = 0x1000,
	BITLOCKER_PASSWORD = 0x2000
};

/* Why a volume is not read, or not written. */
enum bitlocker_refusal {
	BITLOCKER_ACCEPTED = 0,

	/* It cannot be read. */
	BITLOCKER_NOT_BITLOCKER,   /* no volume of BitLocker at all */
	BITLOCKER_VISTA,	   /* the form of Windows Vista */
	BITLOCKER_UNKNOWN_FORM,	   /* a GUID that nobody has described */
	BITLOCKER_BAD_SECTOR_SIZE, /* neither 512 nor 4096 */
	BITLOCKER_BAD_PLACES,	   /* the blocks lie outside, or over another */
	BITLOCKER_NO_GOOD_COPY,	   /* all three are damaged */
	BITLOCKER_BAD_ENTRIES,	   /* right checksum, but contradicts itself */
	BITLOCKER_TOO_MANY,	   /* more protectors or keys than we take */
	BITLOCKER_UNKNOWN_METHOD,
	BITLOCKER_UNFINISHED, /* encryption of the used space not finished */
	BITLOCKER_CONVERTING, /* stopped in the midst of a conversion */
	BITLOCKER_UNKNOWN_STATE,

	/* It can be read but not written. */
	BITLOCKER_DAMAGED_COPY,	    /* fewer than three are good */
	BITLOCKER_DIFFERENT_COPIES, /* good each, but not the same */
	BITLOCKER_DECRYPTED,	    /* everything is plain already */
	BITLOCKER_PAUSED,	    /* a conversion is paused: partly plain */
	BITLOCKER_OTHER_SIZE,	    /* made for a volume of another size */
	BITLOCKER_NOT_SEALED	    /* its key does not vouch for its metadata;
				       only known once it is unlocked */
};

/* A key that another key opens (AES-256-CCM). */
struct bitlocker_wrapped {
	uint8_t nonce[12];
	uint8_t tag[16];
	uint8_t payload[BITLOCKER_MAX_PAYLOAD_BYTES];
	uint8_t payload_len;
};

struct bitlocker_protector {
	uint8_t guid[GUID_BYTES]; /* the "key ID" that people are shown */
	uint16_t type;		  /* enum bitlocker_protector_type */
	uint64_t changed;	  /* FILETIME, 0 = unknown */
	bool has_salt;		  /* for the stretched kinds */
	bool has_clear_key;
	uint8_t salt[16];
	uint8_t clear_key[32];
	uint8_t wrapped_count;
	struct bitlocker_wrapped wrapped[BITLOCKER_MAX_WRAPPED];
};

/* Where a block or the relocated start lies: bytes from the volume's start. */
struct bitlocker_place {
	uint64_t start;
	uint64_t len;
};

struct bitlocker_metadata {
	/*
	 * The first that applies.  ACCEPTED in no_read means that all below is
	 * known and consistent; no_write is then what forbids writing.  What
	 * is not to be read is not to be written for the same reason.
	 */
	enum bitlocker_refusal no_read;
	enum bitlocker_refusal no_write;

	/* From the boot sector; known unless is_to_go cannot be told. */
	bool is_to_go;
	uint32_t sector_bytes; /* 512 or 4096; 0 = not known */
	uint64_t volume_bytes; /* of the disk that was looked at */
	bool is_copy_good[BITLOCKER_COPIES];

	/*
	 * From the first good block.  Known where has_block; a volume that is
	 * refused for its state has it, so that its key IDs can be shown.
	 */
	bool has_block;
	uint16_t state;
	uint16_t next_state;
	uint16_t method;	  /* enum bitlocker_method if no_read is not
				     UNKNOWN_METHOD */
	uint64_t encrypted_bytes; /* beyond them the volume is plain */
	struct bitlocker_place copies[BITLOCKER_COPIES];
	struct bitlocker_place header; /* where [0, header.len) is kept */
	uint8_t guid[GUID_BYTES];      /* of the volume */
	uint64_t created;	       /* FILETIME */
	/* "PC-12 C: 5/11/2019": from the disk, so of any content; UTF-8. */
	char description[BITLOCKER_DESCRIPTION_BYTES];
	struct bitlocker_wrapped fvek; /* payload_len 0 if decrypted */
	/*
	 * A checksum stops no attacker.  Windows also keeps the SHA-256 of the
	 * block, wrapped by the key that the protectors open.
	 */
	struct bitlocker_wrapped seal; /* payload_len 0 if there is none */
	uint8_t digest[32];	       /* what it has to be */
	size_t protector_count;
	struct bitlocker_protector *protectors;
};

/**
 * bitlocker_metadata_read - what @volume says about itself; writes nothing
 * @volume: the partition, from its boot sector on
 * @ret:    written in any case; bitlocker_metadata_close() is valid after both
 *
 * A volume that cannot be used is no error: no_read says why.  A copy that the
 * device does not give counts as damaged.
 *
 * Returns 0; -ERR_IO if the boot sector, or none of the three copies, could be
 * read; -ERR_NO_MEMORY.
 */
int bitlocker_metadata_read(
	struct disk *volume, struct bitlocker_metadata *ret);

/** bitlocker_metadata_close - wipe and free; accepts a zeroed struct */
void bitlocker_metadata_close(struct bitlocker_metadata *m);

/**
 * bitlocker_is_suspended - does the volume open without anybody's key?
 *
 * Its own clear key does that, or nothing is encrypted.
 */
bool bitlocker_is_suspended(const struct bitlocker_metadata *m);

/**
 * bitlocker_refusal_text - why, as a sentence for people without its end: "one
 * of the three copies of its metadata is damaged"
 */
const char *bitlocker_refusal_text(enum bitlocker_refusal r);

/** bitlocker_refusal_word - the same for programs: "damaged-copy" */
const char *bitlocker_refusal_word(enum bitlocker_refusal r);

/** bitlocker_method_text - "XTS-AES 128"; "unknown" for others */
const char *bitlocker_method_text(uint16_t method);

/** bitlocker_protector_text - "recovery password"; "unknown" for others */
const char *bitlocker_protector_text(uint16_t type);

/** bitlocker_state_text - "encrypted", "conversion paused", ... */
const char *bitlocker_state_text(uint16_t state);

#endif
