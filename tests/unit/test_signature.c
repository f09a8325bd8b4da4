/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detached signatures: made by openssl, checked here; forged in every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/signature.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"
#include "tests/support/signer.h"

static const char text[] = "What somebody has signed.";

static struct signer owner, other;
static struct signature_keys keys; /* the owner's */
static uint8_t signature[SIGNATURE_BYTES];

static int open_signers(void **state)
{
	(void)state;
	signer_open(&owner, 3072);
	signer_open(&other, 3072);
	if (signature_keys_check(owner.section, sizeof(owner.section), &keys))
		return -1;
	return signer_sign(&owner, text, sizeof(text), "", signature,
		       sizeof(signature)) == SIGNATURE_BYTES
		       ? 0
		       : -1;
}

static int close_signers(void **state)
{
	(void)state;
	signer_close(&owner);
	signer_close(&other);
	return 0;
}

static int check(const void *bytes, size_t len)
{
	return signature_check(&keys, bytes, len, signature, sizeof(signature));
}

static void what_the_owner_signed(void **state)
{
	(void)state;
	assert_int_equal(keys.count, 1);
	assert_int_equal(check(text, sizeof(text)), 0);
	/* As an unexpected number of bytes, even of zero. */
	assert_int_equal(check(text, sizeof(text) - 1), -ERR_UNTRUSTED);
	assert_int_equal(check(text, 0), -ERR_UNTRUSTED);
	assert_int_equal(signer_sign(&owner, "", 0, "", signature, 384), 384);
	assert_int_equal(check("", 0), 0);
	(void)signer_sign(&owner, text, sizeof(text), "", signature, 384);
}

static void every_changed_byte(void **state)
{
	char copy[sizeof(text)];
	size_t i;

	(void)state;
	memcpy(copy, text, sizeof(text));
	for (i = 0; i < sizeof(text); i++) {
		copy[i] ^= 0x10;
		assert_int_equal(check(copy, sizeof(copy)), -ERR_UNTRUSTED);
		copy[i] ^= 0x10;
	}
	for (i = 0; i < SIGNATURE_BYTES; i++) {
		signature[i] ^= 1;
		assert_int_equal(check(text, sizeof(text)), -ERR_UNTRUSTED);
		signature[i] ^= 1;
	}
	assert_int_equal(check(text, sizeof(text)), 0);
}

static void every_other_length(void **state)
{
	static const uint8_t zeroes[2 * SIGNATURE_BYTES];
	uint8_t longer[2 * SIGNATURE_BYTES];
	size_t len;

	(void)state;
	memcpy(longer, signature, SIGNATURE_BYTES);
	memcpy(longer + SIGNATURE_BYTES, signature, SIGNATURE_BYTES);
	for (len = 0; len <= sizeof(longer); len++) {
		void *exact = exact_copy(longer, len);

		assert_int_equal(
			signature_check(&keys, text, sizeof(text), exact, len),
			len == SIGNATURE_BYTES ? 0 : -ERR_UNTRUSTED);
		free(exact);
	}
	assert_int_equal(signature_check(&keys, text, sizeof(text), zeroes,
				 SIGNATURE_BYTES),
		-ERR_UNTRUSTED);
}

/* 0, 1, the modulus and what is above it: no signatures of anything. */
static void special_numbers(void **state)
{
	uint8_t number[SIGNATURE_BYTES] = {0};

	(void)state;
	number[SIGNATURE_BYTES - 1] = 1;
	assert_int_equal(signature_check(&keys, text, sizeof(text), number,
				 sizeof(number)),
		-ERR_UNTRUSTED);
	memcpy(number, keys.modulus[0], sizeof(number));
	assert_int_equal(signature_check(&keys, text, sizeof(text), number,
				 sizeof(number)),
		-ERR_UNTRUSTED);
	number[SIGNATURE_BYTES - 1]--;
	assert_int_equal(signature_check(&keys, text, sizeof(text), number,
				 sizeof(number)),
		-ERR_UNTRUSTED);
	memset(number, 0xFF, sizeof(number));
	assert_int_equal(signature_check(&keys, text, sizeof(text), number,
				 sizeof(number)),
		-ERR_UNTRUSTED);
}

static void signed_otherwise(void **state)
{
	uint8_t b[512];
	struct signer small;
	size_t len;

	(void)state;
	len = signer_sign(&other, text, sizeof(text), "", b, sizeof(b));
	assert_int_equal(signature_check(&keys, text, sizeof(text), b, len),
		-ERR_UNTRUSTED);
	/* The right key, another scheme. */
	len = signer_sign(&owner, text, sizeof(text),
		"-sigopt rsa_padding_mode:pss", b, sizeof(b));
	assert_int_equal(len, SIGNATURE_BYTES);
	assert_int_equal(signature_check(&keys, text, sizeof(text), b, len),
		-ERR_UNTRUSTED);
	/* -sha256 comes first; the last one counts. */
	len = signer_sign(&owner, text, sizeof(text), "-sha512", b, sizeof(b));
	assert_int_equal(signature_check(&keys, text, sizeof(text), b, len),
		-ERR_UNTRUSTED);
	/* A shorter key cannot even be put in. */
	signer_open(&small, 2048);
	assert_int_equal(signature_keys_check(
				 small.section, sizeof(small.section), &keys),
		-ERR_CORRUPT);
	signer_close(&small);
	assert_int_equal(keys.count, 1);
}

static void several_keys(void **state)
{
	uint8_t section[5 * SIGNATURE_KEY_BYTES + 4] = {0};
	struct signature_keys both;
	uint8_t b[SIGNATURE_BYTES];

	(void)state;
	memcpy(section, other.section, SIGNATURE_KEY_BYTES);
	memcpy(section + SIGNATURE_KEY_BYTES, owner.section,
		SIGNATURE_KEY_BYTES);
	/* What is behind them is the padding of the section. */
	assert_int_equal(
		signature_keys_check(section, sizeof(section), &both), 0);
	assert_int_equal(both.count, 2);
	assert_int_equal(signature_check(&both, text, sizeof(text), signature,
				 sizeof(signature)),
		0);
	(void)signer_sign(&other, text, sizeof(text), "", b, sizeof(b));
	assert_int_equal(
		signature_check(&both, text, sizeof(text), b, sizeof(b)), 0);
	for (size_t i = 0; i < 5; i++)
		memcpy(section + i * SIGNATURE_KEY_BYTES, owner.section,
			SIGNATURE_KEY_BYTES);
	assert_int_equal(
		signature_keys_check(section, 4 * SIGNATURE_KEY_BYTES, &both),
		0);
	assert_int_equal(both.count, 4);
	assert_int_equal(signature_keys_check(section, sizeof(section), &both),
		-ERR_TOO_LARGE);
}

static void sections_that_are_wrong(void **state)
{
	uint8_t b[SIGNATURE_KEY_BYTES];
	struct signature_keys none;
	size_t len;

	(void)state;
	memset(&none, 0x5A, sizeof(none));
	assert_int_equal(signature_keys_check(NULL, 0, &none), 0);
	assert_int_equal(none.count, 0);
	assert_int_equal(signature_check(&none, text, sizeof(text), signature,
				 sizeof(signature)),
		-ERR_UNTRUSTED);
	memset(b, 0, sizeof(b));
	assert_int_equal(signature_keys_check(b, sizeof(b), &none), 0);
	assert_int_equal(none.count, 0);
	for (len = 1; len < SIGNATURE_KEY_BYTES; len++) {
		void *cut = exact_copy(owner.section, len);

		assert_int_equal(
			signature_keys_check(cut, len, &none), -ERR_TRUNCATED);
		free(cut);
	}
	memcpy(b, owner.section, sizeof(b));
	b[3] = '2';
	assert_int_equal(
		signature_keys_check(b, sizeof(b), &none), -ERR_CORRUPT);
	b[3] = '1';
	b[4] &= 0x7F; /* a modulus of 3071 bits */
	assert_int_equal(
		signature_keys_check(b, sizeof(b), &none), -ERR_CORRUPT);
	b[4] |= 0x80;
	assert_int_equal(signature_keys_check(b, sizeof(b), &none), 0);
	b[sizeof(b) - 1] &= 0xFE; /* an even modulus */
	assert_int_equal(
		signature_keys_check(b, sizeof(b), &none), -ERR_CORRUPT);
}

/*
 * Memory that is short is not a forgery, never makes a forgery good, and leaks
 * nothing.  (mbedtls does without some of what it asks for.)
 */
static void without_memory(void **state)
{
	unsigned int failed = 0;
	uint64_t nth;
	int err;

	(void)state;
	for (nth = 1;; nth++) {
		failalloc_arm(nth, false);
		err = check(text, sizeof(text));
		if (!failalloc_disarm())
			break;
		assert_true(err == 0 || err == -ERR_NO_MEMORY);
		failed += err < 0;
		failalloc_arm(nth, false);
		err = check(text, sizeof(text) - 1);
		(void)failalloc_disarm();
		assert_true(err == -ERR_UNTRUSTED || err == -ERR_NO_MEMORY);
	}
	assert_int_equal(err, 0);
	assert_true(failed > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_owner_signed),
		cmocka_unit_test(every_changed_byte),
		cmocka_unit_test(every_other_length),
		cmocka_unit_test(special_numbers),
		cmocka_unit_test(signed_otherwise),
		cmocka_unit_test(several_keys),
		cmocka_unit_test(sections_that_are_wrong),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, open_signers, close_signers);
}
