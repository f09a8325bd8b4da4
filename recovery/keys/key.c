/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key.h"

#include <stdio.h>
#include <string.h>

const char *key_fault_text(
	const struct key_fault *f, char buf[KEY_FAULT_TEXT_BYTES])
{
	const char *form = "is not understood";

	switch (f->kind) {
	case KEY_FAULT_GROUPS:
		form = "the key has %u groups of six digits in a row, not 8";
		break;
	case KEY_FAULT_DIGITS:
		form = "the key has %u digits, not 48";
		break;
	case KEY_FAULT_GROUP:
		form = "group %u of the key has a wrong digit";
		break;
	case KEY_FAULT_NO_KEY:
		form = "there is no recovery key in it";
		break;
	case KEY_FAULT_PAIRS:
		form = "it has %u keys, and not one identifier for each";
		break;
	}
	(void)snprintf(buf, KEY_FAULT_TEXT_BYTES, form, f->number);
	return buf;
}

int key_prepare(const struct key *k, struct bitlocker_key *ret)
{
	if (k->kind == KEY_RECOVERY_PASSWORD)
		return bitlocker_key_recovery(k->bytes, ret);
	memset(ret, 0, sizeof(*ret));
	ret->kind = k->kind == KEY_STARTUP ? BITLOCKER_KEY_STARTUP
					   : BITLOCKER_KEY_PASSWORD;
	memcpy(ret->bytes, k->bytes, sizeof(ret->bytes));
	memcpy(ret->guid, k->id, GUID_BYTES);
	return 0;
}
