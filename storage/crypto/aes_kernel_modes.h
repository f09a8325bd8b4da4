/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key expansion, CBC and XTS on the few operations that the file which
 * includes this has defined for its processor: block_..., key_...,
 * substitute_word(), lanes_encrypt() and lanes_decrypt().
 *
 * One AES instruction takes several clock cycles, and the next one need not
 * wait for it: so LANES blocks are under way at once.
 */
#ifndef STORAGE_CRYPTO_AES_KERNEL_MODES_H
#define STORAGE_CRYPTO_AES_KERNEL_MODES_H

#include <stdbool.h>
#include <string.h>

#include "storage/bytes.h"

#define LANES	   8
#define LANES_SPAN ((size_t)LANES * AES_BLOCK_BYTES)

/* What has to be compiled anew for each constant argument. */
#define SPECIALISED static inline __attribute__((always_inline))

static uint32_t rotate_word(uint32_t word)
{
	return word >> 8 | word << 24;
}

/* FIPS 197, 5.2, on words whose first byte is the lowest. */
static VECTOR_KERNEL void expand_encrypt(
	struct aes_round_keys *keys, const uint8_t *key, size_t key_bytes)
{
	size_t key_words = key_bytes / 4;
	uint8_t *bytes = (uint8_t *)keys->encrypt;
	uint32_t constant = 1;
	size_t i;

	keys->rounds = (unsigned int)key_words + 6;
	memcpy(bytes, key, key_bytes);
	for (i = key_words; i < 4 * ((size_t)keys->rounds + 1); i++) {
		uint32_t word = le32_get(bytes + 4 * (i - 1));

		if (i % key_words == 0) {
			word = rotate_word(substitute_word(word)) ^ constant;
			constant = constant << 1 ^ (constant >> 7) * 0x11B;
		} else if (key_words == 8 && i % key_words == 4) {
			word = substitute_word(word);
		}
		word ^= le32_get(bytes + 4 * (i - key_words));
		le32_put(bytes + 4 * i, word);
	}
	vector_forget();
}

/* FIPS 197, 5.3.5: the keys of the equivalent inverse cipher. */
static VECTOR_KERNEL void expand_decrypt(struct aes_round_keys *keys)
{
	unsigned int last = keys->rounds;
	unsigned int i;

	memcpy(keys->decrypt[0], keys->encrypt[last], AES_BLOCK_BYTES);
	for (i = 1; i < last; i++)
		block_store(keys->decrypt[i],
			key_invert(key_load(keys->encrypt[last - i])));
	memcpy(keys->decrypt[last], keys->encrypt[0], AES_BLOCK_BYTES);
	vector_forget();
}

void aes_kernel_expand(
	struct aes_round_keys *keys, const uint8_t *key, size_t key_bytes)
{
	expand_encrypt(keys, key, key_bytes);
	expand_decrypt(keys);
}

static VECTOR_KERNEL void encrypt_block(
	const struct aes_round_keys *keys, const uint8_t *in, uint8_t *out)
{
	block b = block_load(in);

	lanes_encrypt(keys, &b, 1);
	block_store(out, b);
	vector_forget();
}

void aes_kernel_encrypt_block(const struct aes_round_keys *keys,
	const uint8_t in[AES_BLOCK_BYTES], uint8_t out[AES_BLOCK_BYTES])
{
	encrypt_block(keys, in, out);
}

static VECTOR_KERNEL void cbc_encrypt(const struct aes_round_keys *keys,
	const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
	block last = block_load(iv);
	size_t off;

	for (off = 0; off < len; off += AES_BLOCK_BYTES) {
		last = block_xor(last, block_load(in + off));
		lanes_encrypt(keys, &last, 1);
		block_store(out + off, last);
	}
	vector_forget();
}

void aes_kernel_cbc_encrypt(const struct aes_round_keys *keys,
	const uint8_t iv[AES_BLOCK_BYTES], const uint8_t *in, uint8_t *out,
	size_t len)
{
	cbc_encrypt(keys, iv, in, out, len);
}

/* Returns the last block of ciphertext; @in and @out may be the same. */
SPECIALISED block cbc_decrypt_lanes(const struct aes_round_keys *keys,
	block before, const uint8_t *in, uint8_t *out, unsigned int count)
{
	block cipher[LANES];
	block lanes[LANES];
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < count; i++)
		lanes[i] = cipher[i] = block_load(in + i * AES_BLOCK_BYTES);
	lanes_decrypt(keys, lanes, count);
	block_store(out, block_xor(lanes[0], before));
#pragma GCC unroll 8
	for (i = 1; i < count; i++)
		block_store(out + i * AES_BLOCK_BYTES,
			block_xor(lanes[i], cipher[i - 1]));
	return cipher[count - 1];
}

static VECTOR_KERNEL void cbc_decrypt(const struct aes_round_keys *keys,
	const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
	block last = block_load(iv);

	for (; len >= LANES_SPAN; len -= LANES_SPAN) {
		last = cbc_decrypt_lanes(keys, last, in, out, LANES);
		in += LANES_SPAN;
		out += LANES_SPAN;
	}
	for (; len >= AES_BLOCK_BYTES; len -= AES_BLOCK_BYTES) {
		last = cbc_decrypt_lanes(keys, last, in, out, 1);
		in += AES_BLOCK_BYTES;
		out += AES_BLOCK_BYTES;
	}
	vector_forget();
}

void aes_kernel_cbc_decrypt(const struct aes_round_keys *keys,
	const uint8_t iv[AES_BLOCK_BYTES], const uint8_t *in, uint8_t *out,
	size_t len)
{
	cbc_decrypt(keys, iv, in, out, len);
}

/* Returns the tweak of the block after these. */
SPECIALISED block xts_lanes(const struct aes_round_keys *keys, block tweak,
	const uint8_t *in, uint8_t *out, unsigned int count, bool encrypt)
{
	block tweaks[LANES];
	block lanes[LANES];
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < count; i++) {
		tweaks[i] = tweak;
		tweak = block_double(tweak);
		lanes[i] = block_xor(
			block_load(in + i * AES_BLOCK_BYTES), tweaks[i]);
	}
	if (encrypt)
		lanes_encrypt(keys, lanes, count);
	else
		lanes_decrypt(keys, lanes, count);
#pragma GCC unroll 8
	for (i = 0; i < count; i++)
		block_store(out + i * AES_BLOCK_BYTES,
			block_xor(lanes[i], tweaks[i]));
	return tweak;
}

SPECIALISED void xts_unit(const struct aes_round_keys *keys, block tweak,
	const uint8_t *in, uint8_t *out, size_t len, bool encrypt)
{
	for (; len >= LANES_SPAN; len -= LANES_SPAN) {
		tweak = xts_lanes(keys, tweak, in, out, LANES, encrypt);
		in += LANES_SPAN;
		out += LANES_SPAN;
	}
	for (; len >= AES_BLOCK_BYTES; len -= AES_BLOCK_BYTES) {
		tweak = xts_lanes(keys, tweak, in, out, 1, encrypt);
		in += AES_BLOCK_BYTES;
		out += AES_BLOCK_BYTES;
	}
}

/* The tweaks of LANES units at once: one alone would be waited for. */
SPECIALISED void xts_run(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out, bool encrypt)
{
	size_t len = run->unit_bytes;
	block first[LANES];
	size_t done;
	unsigned int i;

	for (done = 0; done < run->count; done++, in += len, out += len) {
		if (done % LANES == 0) {
#pragma GCC unroll 8
			for (i = 0; i < LANES; i++)
				first[i] =
					block_of_number(run->first + done + i);
			lanes_encrypt(tweak, first, LANES);
		}
		xts_unit(data, first[done % LANES], in, out, len, encrypt);
	}
	vector_forget();
}

static VECTOR_KERNEL void xts_encrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_run(data, tweak, run, in, out, true);
}

void aes_kernel_xts_encrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_encrypt(data, tweak, run, in, out);
}

static VECTOR_KERNEL void xts_decrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_run(data, tweak, run, in, out, false);
}

void aes_kernel_xts_decrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_decrypt(data, tweak, run, in, out);
}

#endif
