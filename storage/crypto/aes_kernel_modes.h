/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key expansion, CBC and XTS on the few operations that the file which
 * includes this has defined for its processor: block_..., key_..., tops_next(),
 * round_key() and substitute_word().
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

typedef const uint8_t (*round_keys)[AES_BLOCK_BYTES];

SPECIALISED round_keys schedule_of(
	const struct aes_round_keys *keys, bool encrypt)
{
	return encrypt ? keys->encrypt : keys->decrypt;
}

SPECIALISED void lanes_begin(round_keys keys, block *lanes, unsigned int count)
{
	block key = key_load(keys[0]);
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < count; i++)
		lanes[i] = block_begin(lanes[i], key);
}

SPECIALISED void lanes_round(round_keys keys, unsigned int round, block *lanes,
	unsigned int count, bool encrypt)
{
	block key = key_load(keys[round_key(round)]);
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < count; i++)
		lanes[i] = block_round(lanes[i], key, encrypt);
}

SPECIALISED void lanes_end(round_keys keys, unsigned int rounds, block *lanes,
	unsigned int count, bool encrypt)
{
	block before = key_load(keys[rounds - 1]);
	block last = key_load(keys[rounds]);
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < count; i++)
		lanes[i] = block_end(lanes[i], before, last, encrypt);
}

SPECIALISED void lanes_crypt(const struct aes_round_keys *keys, block *lanes,
	unsigned int count, bool encrypt)
{
	round_keys schedule = schedule_of(keys, encrypt);
	unsigned int round;

	lanes_begin(schedule, lanes, count);
	for (round = 1; round < keys->rounds; round++)
		lanes_round(schedule, round, lanes, count, encrypt);
	lanes_end(schedule, keys->rounds, lanes, count, encrypt);
}

static VECTOR_KERNEL void encrypt_block(
	const struct aes_round_keys *keys, const uint8_t *in, uint8_t *out)
{
	block b = block_load(in);

	lanes_crypt(keys, &b, 1, true);
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
		lanes_crypt(keys, &last, 1, true);
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
	lanes_crypt(keys, lanes, count, false);
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

/*
 * LANES blocks.  In each round one of the tweaks of the next LANES is made:
 * between the AES instructions there is time for that, before them there is
 * not.
 *
 * What doubling brings in at the low end of a half is far from its top after
 * LANES times: so the top bits are all of the first tweak, and no tweak has to
 * wait for those of the one before.
 *
 * @now: the tweaks of these blocks; @ret_next: gets those of the next, of which
 * @tweak is the first.  Returns the one after those.
 */
SPECIALISED block xts_lanes(const struct aes_round_keys *keys, const block *now,
	block tweak, block *ret_next, const uint8_t *in, uint8_t *out,
	bool encrypt)
{
	round_keys schedule = schedule_of(keys, encrypt);
	block tops = block_tops(tweak);
	block lanes[LANES];
	unsigned int round;
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < LANES; i++)
		lanes[i] =
			block_xor(block_load(in + i * AES_BLOCK_BYTES), now[i]);
	lanes_begin(schedule, lanes, LANES);
#pragma GCC unroll 8
	for (round = 1; round <= LANES; round++) {
		lanes_round(schedule, round, lanes, LANES, encrypt);
		ret_next[round - 1] = tweak;
		tweak = block_double(tweak, tops);
		tops = tops_next(tops);
	}
	for (; round < keys->rounds; round++)
		lanes_round(schedule, round, lanes, LANES, encrypt);
	lanes_end(schedule, keys->rounds, lanes, LANES, encrypt);
#pragma GCC unroll 8
	for (i = 0; i < LANES; i++)
		block_store(
			out + i * AES_BLOCK_BYTES, block_xor(lanes[i], now[i]));
	return tweak;
}

/* One block after the other, for units that no disk has. */
SPECIALISED void xts_odd_unit(const struct aes_round_keys *keys, block tweak,
	const uint8_t *in, uint8_t *out, size_t len, bool encrypt)
{
	size_t off;

	for (off = 0; off < len; off += AES_BLOCK_BYTES) {
		block b = block_xor(block_load(in + off), tweak);

		lanes_crypt(keys, &b, 1, encrypt);
		block_store(out + off, block_xor(b, tweak));
		tweak = block_double(tweak, block_tops(tweak));
	}
}

/*
 * The first tweak of unit @i of a run.  Those of LANES units are made at once
 * and kept in @first: one alone would be waited for.  To be asked for in order.
 */
SPECIALISED block unit_tweak(const struct aes_round_keys *keys,
	const struct aes_xts_run *run, size_t i, block first[LANES])
{
	unsigned int lane;

	if (i % LANES == 0) {
#pragma GCC unroll 8
		for (lane = 0; lane < LANES; lane++)
			first[lane] = block_of_number(run->first + i + lane);
		lanes_crypt(keys, first, LANES, true);
	}
	return first[i % LANES];
}

SPECIALISED void xts_odd_run(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out, bool encrypt)
{
	block first[LANES];
	size_t i;

	for (i = 0; i < run->count; i++)
		xts_odd_unit(data, unit_tweak(tweak, run, i, first),
			in + i * run->unit_bytes, out + i * run->unit_bytes,
			run->unit_bytes, encrypt);
}

/*
 * The same for units of whole LANES, as one stream: while the last LANES of a
 * unit are under way, the tweaks of the next unit are made.
 */
SPECIALISED void xts_run(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out, bool encrypt)
{
	size_t groups_left = run->unit_bytes / LANES_SPAN;
	block tweaks[2][LANES];
	block first[LANES];
	size_t unit = 0;
	unsigned int turn = 0;
	block next = unit_tweak(tweak, run, 0, first);
	unsigned int i;

	for (i = 0; i < LANES; i++) {
		tweaks[0][i] = next;
		next = block_double(next, block_tops(next));
	}
	while (unit < run->count) {
		if (!--groups_left) {
			groups_left = run->unit_bytes / LANES_SPAN;
			next = unit_tweak(tweak, run, ++unit, first);
		}
		next = xts_lanes(data, tweaks[turn], next, tweaks[!turn], in,
			out, encrypt);
		turn = !turn;
		in += LANES_SPAN;
		out += LANES_SPAN;
	}
}

SPECIALISED void xts_crypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out, bool encrypt)
{
	if (run->unit_bytes % LANES_SPAN)
		xts_odd_run(data, tweak, run, in, out, encrypt);
	else
		xts_run(data, tweak, run, in, out, encrypt);
	vector_forget();
}

static VECTOR_KERNEL void xts_encrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_crypt(data, tweak, run, in, out, true);
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
	xts_crypt(data, tweak, run, in, out, false);
}

void aes_kernel_xts_decrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	xts_decrypt(data, tweak, run, in, out);
}

#endif
