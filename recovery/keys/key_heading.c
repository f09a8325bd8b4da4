/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_heading.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *word;
	enum key_column column;
} headings[] = {
	{"keyid", KEY_COLUMN_ID},
	{"id", KEY_COLUMN_ID},
	{"keyprotectorid", KEY_COLUMN_ID},
	{"protectorid", KEY_COLUMN_ID},
	{"recoverykeyid", KEY_COLUMN_ID},
	{"bitlockerkeyid", KEY_COLUMN_ID},
	{"bitlockerrecoverykeyid", KEY_COLUMN_ID},
	{"recoverypasswordid", KEY_COLUMN_ID},
	{"recoveryid", KEY_COLUMN_ID},
	{"recoveryguid", KEY_COLUMN_ID},
	{"passwordid", KEY_COLUMN_ID},
	{"identifier", KEY_COLUMN_ID},
	{"msfverecoveryguid", KEY_COLUMN_ID},
	/* Of AD's objects: a date, and the protector's GUID in braces. */
	{"name", KEY_COLUMN_ID},
	{"cn", KEY_COLUMN_ID},
	{"dn", KEY_COLUMN_ID},
	{"distinguishedname", KEY_COLUMN_ID},
	{"canonicalname", KEY_COLUMN_ID},
	{"deviceid", KEY_COLUMN_NOT_ID},
	{"azureaddeviceid", KEY_COLUMN_NOT_ID},
	{"entradeviceid", KEY_COLUMN_NOT_ID},
	{"aaddeviceid", KEY_COLUMN_NOT_ID},
	{"intunedeviceid", KEY_COLUMN_NOT_ID},
	{"computerid", KEY_COLUMN_NOT_ID},
	{"userid", KEY_COLUMN_NOT_ID},
	{"tenantid", KEY_COLUMN_NOT_ID},
	{"volumeid", KEY_COLUMN_NOT_ID},
	{"volumeguid", KEY_COLUMN_NOT_ID},
	{"msfvevolumeguid", KEY_COLUMN_NOT_ID},
	{"objectid", KEY_COLUMN_NOT_ID},
	{"objectguid", KEY_COLUMN_NOT_ID},
	{"key", KEY_COLUMN_KEY},
	{"recoverykey", KEY_COLUMN_KEY},
	{"bitlockerkey", KEY_COLUMN_KEY},
	{"bitlockerrecoverykey", KEY_COLUMN_KEY},
	{"bitlockerrecoverypassword", KEY_COLUMN_KEY},
	{"recoverypassword", KEY_COLUMN_KEY},
	{"msfverecoverypassword", KEY_COLUMN_KEY},
	{"numericalpassword", KEY_COLUMN_KEY},
	{"password", KEY_COLUMN_KEY},
};

enum key_column key_heading_column(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if (!strcmp(headings[i].word, word))
			return headings[i].column;
	return KEY_COLUMN_OTHER;
}
