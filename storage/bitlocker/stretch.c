/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/bitlocker/stretch.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/crypto/secret.h"
#include "storage/crypto/sha256.h"
#include "storage/err.h"

#define REPORTS 64

/* What is hashed in each round, padded by hand to two blocks of SHA-256. */
#define AT_LAST	      0
#define AT_INITIAL    32
#define AT_SALT	      64
#define AT_COUNT      80
#define MESSAGE_BYTES 88
#define PADDED_BYTES  (2 * SHA256_BLOCK_BYTES)

struct round {
	enum crypto_engine engine;
	uint32_t state[SHA256_WORDS];
	uint8_t message[PADDED_BYTES];
};

static bool hash_once(struct round *r)
{
	sha256_start(r->state);
	if (sha256_blocks(r->engine, r->state, r->message,
		    PADDED_BYTES / SHA256_BLOCK_BYTES) < 0)
		return false;
	sha256_finish(r->state, r->message + AT_LAST);
	return true;
}

/* 1 done, 0 given up, -ERR_INTERNAL. */
static int run_rounds(struct round *r, const struct stretch_progress *p)
{
	uint32_t n;

	for (n = 0; n < STRETCH_ROUNDS; n++) {
		if (p && n % (STRETCH_ROUNDS / REPORTS) == 0 &&
			!p->go_on(p->ctx,
				(unsigned int)(n * 100ull / STRETCH_ROUNDS)))
			return 0;
		le64_put(r->message + AT_COUNT, n);
		if (!hash_once(r))
			return -ERR_INTERNAL;
	}
	return !p || p->go_on(p->ctx, 100);
}

int stretch_key(const uint8_t initial[STRETCH_KEY_BYTES],
	const uint8_t salt[STRETCH_SALT_BYTES],
	const struct stretch_progress *progress, uint8_t ret[STRETCH_KEY_BYTES])
{
	struct round r;
	int done;

	memset(&r, 0, sizeof(r));
	r.engine = crypto_engine_for_sha256();
	memcpy(r.message + AT_INITIAL, initial, STRETCH_KEY_BYTES);
	memcpy(r.message + AT_SALT, salt, STRETCH_SALT_BYTES);
	r.message[MESSAGE_BYTES] = 0x80;
	/* The length in bits, big-endian, as SHA-256 ends each message. */
	r.message[PADDED_BYTES - 2] = MESSAGE_BYTES * 8 >> 8;
	r.message[PADDED_BYTES - 1] = MESSAGE_BYTES * 8 & 0xFF;
	done = run_rounds(&r, progress);
	if (done == 1)
		memcpy(ret, r.message + AT_LAST, STRETCH_KEY_BYTES);
	secret_wipe(&r, sizeof(r));
	return done;
}
