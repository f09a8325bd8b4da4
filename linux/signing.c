/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/signing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/command.h"
#include "linux/tool.h"
#include "linux/whole_file.h"
#include "recovery/pe_section.h"
#include "storage/err.h"

#define PACKAGE	     "openssl"
#define SUFFIX	     ".sig"
#define MAX_KEY_FILE (16u << 20)
/* Longer than any signature, so that a wrong file is called that. */
#define MAX_SIGNATURE_FILE 4096
#define MODULUS_PREFIX	   "Modulus="

/* --- Keys ---------------------------------------------------------------- */

static bool is_token(const char *key)
{
	return !strncmp(key, "pkcs11:", 7);
}

/* A token's URI may have its PIN in it. */
static int refuse_keys(const char *path, const char *why)
{
	fprintf(stderr, "loopbreaker: %s %s.\n",
		is_token(path) ? "the token" : path, why);
	return EXIT_BAD_INPUT;
}

/* @bytes, which is copied, becomes the keys. */
static int keys_set(const char *path, const void *bytes, size_t len,
	const char *why_not, struct signing_keys *ret)
{
	void *copy = malloc(len ? len : 1);

	if (!copy)
		return command_say_err("keys", -ERR_NO_MEMORY);
	memcpy(copy, bytes, len);
	if (signature_keys_check(copy, len, &ret->keys) < 0 ||
		!ret->keys.count) {
		free(copy);
		return refuse_keys(path, why_not);
	}
	ret->bytes = copy;
	ret->bytes_len = len;
	return 0;
}

static int keys_of_program(
	const char *path, const void *pe, size_t len, struct signing_keys *ret)
{
	static const char why_not[] =
		"has no keys in it: see scripts/sign --policy-key";
	const void *section;
	size_t section_len;

	if (pe_section_check(
		    pe, len, false, PE_KEY_SECTION, &section, &section_len) < 0)
		return refuse_keys(path, why_not);
	return keys_set(path, section, section_len, why_not, ret);
}

static unsigned int hex_value(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* "Modulus=C0FFEE..." becomes a key as in the section; digits are checked. */
static int key_of_modulus(
	const char *path, const char *text, struct signing_keys *ret)
{
	uint8_t key[SIGNATURE_KEY_BYTES] = "LBK1";
	size_t i;

	if (strncmp(text, MODULUS_PREFIX, strlen(MODULUS_PREFIX)) != 0)
		return refuse_keys(path, "holds no RSA key");
	text += strlen(MODULUS_PREFIX);
	if (strspn(text, "0123456789ABCDEF") != 2 * (size_t)SIGNATURE_BYTES)
		return refuse_keys(path, "is not an RSA key of 3072 bits");
	for (i = 0; i < SIGNATURE_BYTES; i++)
		key[4 + i] = (uint8_t)(hex_value(text[2 * i]) << 4 |
				       hex_value(text[2 * i + 1]));
	return keys_set(
		path, key, sizeof(key), "is not an RSA key of 3072 bits", ret);
}

static int key_of_openssl(
	const char *path, bool is_public, struct signing_keys *ret)
{
	const char *const token[] = {"openssl", "rsa", "-engine", "pkcs11",
		"-inform", "engine", "-in", path, "-noout", "-modulus", NULL};
	const char *const open[] = {"openssl", "rsa", "-pubin", "-in", path,
		"-noout", "-modulus", NULL};
	const char *const secret[] = {
		"openssl", "rsa", "-in", path, "-noout", "-modulus", NULL};
	char *text = NULL;
	size_t len;
	int status = tool_read(is_token(path) ? token
			       : is_public    ? open
					      : secret,
		PACKAGE, &text, &len);

	if (status == EXIT_BAD_INPUT)
		(void)refuse_keys(path,
			"holds no key: name a PEM file with an RSA key, or a "
			"loopbreaker.efi with keys in it");
	if (!status)
		status = key_of_modulus(path, text, ret);
	free(text);
	return status;
}

int signing_keys_read(const char *path, struct signing_keys *ret)
{
	static const char mark[] = "BEGIN PUBLIC KEY";
	bool is_public;
	void *bytes;
	size_t len;
	int status;

	memset(ret, 0, sizeof(*ret));
	if (is_token(path))
		return key_of_openssl(path, false, ret);
	if (whole_file_read(path, MAX_KEY_FILE, &bytes, &len) < 0)
		return EXIT_IO;
	if (len >= 2 && !memcmp(bytes, "MZ", 2)) {
		status = keys_of_program(path, bytes, len, ret);
		free(bytes);
		return status;
	}
	is_public = memmem(bytes, len, mark, strlen(mark)) != NULL;
	explicit_bzero(bytes, len); /* it may be the private key */
	free(bytes);
	return key_of_openssl(path, is_public, ret);
}

void signing_keys_free(struct signing_keys *k)
{
	free(k->bytes);
	memset(k, 0, sizeof(*k));
}

/* --- Signatures ---------------------------------------------------------- */

int signing_signature_read(const char *file, void **ret_bytes, size_t *ret_len)
{
	char path[WHOLE_FILE_PATH_BYTES];

	if (whole_file_beside(file, SUFFIX, path) < 0 ||
		whole_file_read(path, MAX_SIGNATURE_FILE, ret_bytes, ret_len) <
			0)
		return EXIT_IO;
	return 0;
}

static int check_bytes(const struct signing_keys *keys, const void *bytes,
	size_t len, const void *signature, size_t signature_len)
{
	int err = signature_check(
		&keys->keys, bytes, len, signature, signature_len);

	if (err == -ERR_NO_MEMORY)
		return command_say_err("signature", err);
	return err < 0 ? EXIT_BAD_INPUT : 0;
}

int signing_check(const struct signing_keys *keys, const char *file,
	const void *bytes, size_t len)
{
	void *signature;
	size_t signature_len;
	int status = signing_signature_read(file, &signature, &signature_len);

	if (status)
		return status;
	status = check_bytes(keys, bytes, len, signature, signature_len);
	free(signature);
	if (status == EXIT_BAD_INPUT)
		fprintf(stderr,
			"loopbreaker: %s" SUFFIX " is not a signature of %s by "
			"one of these keys; sign it anew, or name the keys it "
			"is signed with (--keys).\n",
			file, file);
	return status;
}

/* openssl reads the file itself: what it has signed must be these bytes. */
static int check_fresh(const struct signing_keys *keys, const char *fresh,
	const char *file, const void *bytes, size_t len)
{
	void *signature;
	size_t signature_len;
	int status;

	if (whole_file_read(
		    fresh, MAX_SIGNATURE_FILE, &signature, &signature_len) < 0)
		return EXIT_IO;
	status = check_bytes(keys, bytes, len, signature, signature_len);
	free(signature);
	if (status == EXIT_BAD_INPUT)
		fprintf(stderr,
			"loopbreaker: openssl has signed something else than "
			"%s.\n",
			file);
	return status;
}

static int run_openssl(const char *key, const char *file, const char *output)
{
	const char *const token[] = {"openssl", "dgst", "-sha256", "-engine",
		"pkcs11", "-keyform", "engine", "-sign", key, "-out", output,
		file, NULL};
	const char *const usual[] = {"openssl", "dgst", "-sha256", "-sign", key,
		"-out", output, file, NULL};

	return tool_run(is_token(key) ? token : usual, PACKAGE);
}

int signing_sign(
	const char *key, const char *file, const void *bytes, size_t len)
{
	struct signing_keys keys;
	char fresh[WHOLE_FILE_PATH_BYTES];
	char path[WHOLE_FILE_PATH_BYTES];
	int status;

	if (whole_file_beside(file, SUFFIX, path) < 0 ||
		whole_file_beside(file, SUFFIX ".new", fresh) < 0)
		return EXIT_IO;
	status = signing_keys_read(key, &keys);
	if (!status)
		status = run_openssl(key, file, fresh);
	if (!status)
		status = check_fresh(&keys, fresh, file, bytes, len);
	if (!status && rename(fresh, path) < 0) {
		perror("loopbreaker: cannot keep the signature");
		status = EXIT_IO;
	}
	if (status)
		(void)unlink(fresh);
	signing_keys_free(&keys);
	return status;
}
