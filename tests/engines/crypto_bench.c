/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast are the engines of storage/crypto, and OpenSSL, on this processor?
 *
 * usage: crypto_bench [SLICES]
 *
 * Prints one line for each work and contender, "WORK CONTENDER FIGURE": MiB/s
 * of decrypting, or rounds of BitLocker's key stretch per second.  The
 * contenders take turns of a few hundredths of a second, SLICES (20) of them,
 * and the fastest of each counts: what else the machine does falls on all.
 */
#define OPENSSL_SUPPRESS_DEPRECATED  /* SHA256_Init(): the fastest that it has \
				      */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/bytes.h"
#include "storage/crypto/aes.h"
#include "storage/crypto/aes_xts.h"
#include "storage/crypto/sha256.h"

#define SLICES	      20
#define SLICE_SECONDS 0.04
#define BUFFER_BYTES  (16 * 1024) /* stays in the first cache, as OpenSSL's */
#define MIB	      (1024.0 * 1024.0)
#define ROUNDS	      256
#define STRETCH_BYTES 88

enum mode { MODE_XTS, MODE_CBC, MODE_STRETCH };

struct work {
	const char *name;
	enum mode mode;
	size_t key_bytes; /* of all keys together */
	size_t unit_bytes;
	const EVP_CIPHER *(*rival)(void);
};

static const struct work works[] = {
	{"xts-128-512", MODE_XTS, 32, 512, EVP_aes_128_xts},
	{"xts-128-4096", MODE_XTS, 32, 4096, EVP_aes_128_xts},
	{"xts-256-512", MODE_XTS, 64, 512, EVP_aes_256_xts},
	{"xts-256-4096", MODE_XTS, 64, 4096, EVP_aes_256_xts},
	{"cbc-128-512", MODE_CBC, 16, 512, EVP_aes_128_cbc},
	{"cbc-128-4096", MODE_CBC, 16, 4096, EVP_aes_128_cbc},
	{"cbc-256-512", MODE_CBC, 32, 512, EVP_aes_256_cbc},
	{"cbc-256-4096", MODE_CBC, 32, 4096, EVP_aes_256_cbc},
	{"stretch", MODE_STRETCH, 0, 0, NULL},
};

struct contender {
	const char *name;
	bool is_openssl;
	enum crypto_engine engine;
	struct aes aes;
	struct aes_xts xts;
	EVP_CIPHER_CTX *rival;
	uint8_t message[STRETCH_BYTES];
	double best; /* so many per second */
};

static uint8_t buffer[BUFFER_BYTES];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "crypto_bench: %s\n", what);
	exit(1);
}

static void prepare(struct contender *c, const struct work *w)
{
	uint8_t keys[AES_XTS_256_KEY_BYTES];
	uint8_t iv[AES_BLOCK_BYTES] = {0};
	size_t i;

	/* OpenSSL refuses two equal keys. */
	for (i = 0; i < sizeof(keys); i++)
		keys[i] = (uint8_t)(i * 29 + 7);
	c->best = 0;
	if (w->mode == MODE_STRETCH)
		return;
	if (c->is_openssl) {
		if (EVP_DecryptInit_ex(c->rival, w->rival(), NULL, keys, iv) !=
				1 ||
			EVP_CIPHER_CTX_set_padding(c->rival, 0) != 1)
			die("OpenSSL refuses the cipher");
	} else if (w->mode == MODE_XTS
			   ? aes_xts_init(
				     &c->xts, keys, w->key_bytes, c->engine)
			   : aes_init(&c->aes, keys, w->key_bytes, c->engine)) {
		die("the key was refused");
	}
}

static void decrypt_by_openssl(struct contender *c, const struct work *w)
{
	uint8_t iv[AES_BLOCK_BYTES] = {0};
	size_t off;
	int len;

	for (off = 0; off < BUFFER_BYTES; off += w->unit_bytes) {
		le64_put(iv, off / w->unit_bytes);
		if (EVP_DecryptInit_ex(c->rival, NULL, NULL, NULL, iv) != 1 ||
			EVP_DecryptUpdate(c->rival, buffer + off, &len,
				buffer + off, (int)w->unit_bytes) != 1)
			die("OpenSSL does not decrypt");
	}
}

static void decrypt(struct contender *c, const struct work *w)
{
	const struct aes_xts_run run = {
		0, w->unit_bytes, BUFFER_BYTES / w->unit_bytes};
	const uint8_t iv[AES_BLOCK_BYTES] = {0};
	int err = 0;
	size_t off;

	if (w->mode == MODE_XTS)
		err = aes_xts_decrypt(&c->xts, &run, buffer, buffer);
	else
		for (off = 0; off < BUFFER_BYTES && !err; off += w->unit_bytes)
			err = aes_cbc_decrypt(&c->aes, iv, buffer + off,
				buffer + off, w->unit_bytes);
	if (err)
		die("not decrypted");
}

/* ROUNDS of the million: a digest becomes the start of the next message. */
static void stretch_by_openssl(struct contender *c)
{
	SHA256_CTX context;
	uint64_t i;

	for (i = 0; i < ROUNDS; i++) {
		le64_put(c->message + STRETCH_BYTES - 8, i);
		SHA256_Init(&context);
		SHA256_Update(&context, c->message, STRETCH_BYTES);
		SHA256_Final(c->message, &context);
	}
}

static void stretch(struct contender *c)
{
	uint8_t blocks[2 * SHA256_BLOCK_BYTES] = {0};
	uint32_t state[SHA256_WORDS];
	uint64_t i;

	memcpy(blocks, c->message, STRETCH_BYTES);
	blocks[STRETCH_BYTES] = 0x80;
	blocks[sizeof(blocks) - 2] = STRETCH_BYTES * 8 >> 8;
	blocks[sizeof(blocks) - 1] = (uint8_t)(STRETCH_BYTES * 8);
	for (i = 0; i < ROUNDS; i++) {
		le64_put(blocks + STRETCH_BYTES - 8, i);
		sha256_start(state);
		if (sha256_blocks(c->engine, state, blocks, 2))
			die("not hashed");
		sha256_finish(state, blocks);
	}
	memcpy(c->message, blocks, STRETCH_BYTES);
}

/* What one call does, in the unit of the figure. */
static double step(struct contender *c, const struct work *w)
{
	if (w->mode == MODE_STRETCH) {
		if (c->is_openssl)
			stretch_by_openssl(c);
		else
			stretch(c);
		return ROUNDS;
	}
	if (c->is_openssl)
		decrypt_by_openssl(c, w);
	else
		decrypt(c, w);
	return BUFFER_BYTES / MIB;
}

static void turn(struct contender *c, const struct work *w)
{
	double start = now();
	double done = 0;
	double passed;

	do {
		done += step(c, w);
		passed = now() - start;
	} while (passed < SLICE_SECONDS);
	if (done / passed > c->best)
		c->best = done / passed;
}

static bool takes_part(const struct contender *c, const struct work *w)
{
	enum crypto_engine best = w->mode == MODE_STRETCH
					  ? crypto_engine_for_sha256()
					  : crypto_engine_for_aes();

	return c->is_openssl || c->engine == CRYPTO_PORTABLE ||
	       c->engine == best;
}

static void compete(
	struct contender *all, size_t count, const struct work *w, long slices)
{
	size_t i;
	long n;

	for (i = 0; i < count; i++)
		prepare(&all[i], w);
	for (n = 0; n < slices; n++)
		for (i = 0; i < count; i++)
			if (takes_part(&all[i], w))
				turn(&all[i], w);
	for (i = 0; i < count; i++)
		if (takes_part(&all[i], w))
			printf("%s %s %.0f\n", w->name, all[i].name,
				all[i].best);
}

int main(int argc, char **argv)
{
	static struct contender all[] = {
		{.name = "instructions", .engine = CRYPTO_INSTRUCTIONS},
		{.name = "C", .engine = CRYPTO_PORTABLE},
		{.name = "OpenSSL", .is_openssl = true},
	};
	const size_t count = sizeof(all) / sizeof(*all);
	long slices = argc > 1 ? strtol(argv[1], NULL, 10) : SLICES;
	size_t i;

	if (argc > 2 || slices < 1)
		die("usage: crypto_bench [SLICES]");
	all[2].rival = EVP_CIPHER_CTX_new();
	if (!all[2].rival)
		die("no memory");
	for (i = 0; i < sizeof(works) / sizeof(*works); i++)
		compete(all, count, &works[i], slices);
	EVP_CIPHER_CTX_free(all[2].rival);
	return 0;
}
