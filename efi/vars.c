/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing firmware variables without believing the firmware.
 */
#include <string.h>

#include "efi/status.h"
#include "efi/vars.h"
#include "storage/err.h"

/*
 * Quirk Q16: a new variable is not made if it would leave less than this.
 * Linux keeps the same amount free (EFI_MIN_RESERVE); requiring half of the
 * store, as was first thought necessary, would refuse on many healthy PCs.
 */
#define STORE_RESERVE_BYTES 5120
/*
 * BootNext and the like, without which the PC is worse off, are as small as
 * what firmware and Windows write without asking.
 */
#define SMALL_BYTES	    16
#define SMALL_RESERVE_BYTES 1024
/* What the store itself needs for one variable, generously. */
#define VARIABLE_OVERHEAD_BYTES 128

#define REVISION_2_0 0x00020000u

static const EFI_GUID loopbreaker_guid = VARS_LOOPBREAKER_GUID;
static const EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;
static const EFI_GUID bugcheck_guid = {0xba57e015, 0x65b3, 0x4c3c,
	{0xb2, 0x74, 0x65, 0x91, 0x92, 0xf6, 0x99, 0xe3}};
static const EFI_GUID memory_overwrite_guid = {0xe20939be, 0x32d4, 0x41be,
	{0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29}};

const struct vars_name vars_record = {
	u"LoopbreakerRecord", &loopbreaker_guid, VARS_NV_BS};
const struct vars_name vars_pass = {
	u"LoopbreakerPass", &loopbreaker_guid, VARS_NV_BS};
const struct vars_name vars_failure = {
	u"LoopbreakerFailure", &loopbreaker_guid, VARS_NV_BS};
const struct vars_name vars_note = {
	u"LoopbreakerNote", &loopbreaker_guid, VARS_NV_BS_RT};
const struct vars_name vars_bugcheck_code = {
	u"BugCheckCode", &bugcheck_guid, 0};
const struct vars_name vars_bugcheck_parameter1 = {
	u"BugCheckParameter1", &bugcheck_guid, 0};
const struct vars_name vars_bugcheck_progress = {
	u"BugCheckProgress", &bugcheck_guid, 0};
const struct vars_name vars_memory_overwrite = {
	u"MemoryOverwriteRequestControl", &memory_overwrite_guid,
	VARS_NV_BS_RT};
const struct vars_name vars_boot_next = {
	u"BootNext", &global_guid, VARS_NV_BS_RT};
const struct vars_name vars_boot_order = {
	u"BootOrder", &global_guid, VARS_NV_BS_RT};
const struct vars_name vars_boot_current = {u"BootCurrent", &global_guid, 0};

struct vars_name vars_boot_option(
	uint16_t number, CHAR16 name[VARS_BOOT_NAME_UNITS])
{
	static const char digits[] = "0123456789ABCDEF";
	static const CHAR16 stem[] = {'B', 'o', 'o', 't'};

	memcpy(name, stem, sizeof(stem));
	for (unsigned int i = 0; i < 4; i++)
		name[4 + i] = (CHAR16)digits[number >> (12 - 4 * i) & 0xf];
	name[8] = 0;
	return (struct vars_name){name, &global_guid, VARS_NV_BS_RT};
}

/* What SetVariable calls "out of resources" is a full store, not memory. */
static int store_err(EFI_STATUS status)
{
	if (status == EFI_OUT_OF_RESOURCES)
		return -ERR_NO_SPACE;
	return status_to_err(status);
}

/* One plain read.  *@ret_attributes is 0 where the firmware left them unset. */
static int variable_read(const struct firmware *fw, const struct vars_name *v,
	void *buf, size_t cap, size_t *ret_len, uint32_t *ret_attributes)
{
	UINT32 attributes = 0;
	UINTN len = cap;
	EFI_STATUS status;

	/*
	 * Quirk Q24: a NULL buffer to learn the size, or NULL attributes, is
	 * not accepted everywhere.  Both are always real.
	 */
	status = fw->runtime->GetVariable((CHAR16 *)v->name,
		(EFI_GUID *)v->vendor, &attributes, &len, buf);
	if (status != EFI_SUCCESS)
		return status_to_err(status);
	if (len > cap)
		return -ERR_TOO_LARGE;
	*ret_len = len;
	*ret_attributes = attributes & VARS_NV_BS_RT;
	return 0;
}

static bool attributes_fit(const struct vars_name *v, uint32_t attributes)
{
	return !v->attributes || !attributes || attributes == v->attributes;
}

int vars_get(const struct firmware *fw, const struct vars_name *v, void *buf,
	size_t cap, size_t *ret_len)
{
	uint32_t attributes;
	size_t len;
	int err;

	err = variable_read(fw, v, buf, cap, &len, &attributes);
	if (err < 0)
		return err;
	if (!attributes_fit(v, attributes))
		return -ERR_CORRUPT;
	*ret_len = len;
	return 0;
}

enum held {
	HELD_SAME,	 /* exactly what is wanted */
	HELD_OTHER,	 /* another value, or one that cannot be read */
	HELD_ATTRIBUTES, /* made by somebody else */
	HELD_NOTHING	 /* no such variable */
};

static enum held variable_compare(const struct firmware *fw,
	const struct vars_name *v, const void *bytes, size_t len)
{
	uint8_t present[VARS_MAX_BYTES];
	uint32_t attributes;
	size_t present_len;
	int err;

	err = variable_read(
		fw, v, present, sizeof(present), &present_len, &attributes);
	if (err == -ERR_NOT_FOUND)
		return HELD_NOTHING;
	if (err < 0)
		return HELD_OTHER;
	if (!attributes_fit(v, attributes))
		return HELD_ATTRIBUTES;
	if (present_len != len || memcmp(present, bytes, len) != 0)
		return HELD_OTHER;
	return HELD_SAME;
}

static bool is_apple(const struct firmware *fw)
{
	static const CHAR16 apple[] = {'A', 'p', 'p', 'l', 'e'};
	const CHAR16 *vendor = fw->system->FirmwareVendor;

	/* Quirk Q25: what lies behind the name may not be mapped. */
	for (size_t i = 0; i < sizeof(apple) / sizeof(apple[0]); i++) {
		if (!vendor || vendor[i] != apple[i])
			return false;
	}
	return true;
}

/* Quirk Q16: some machines never start again once their store is full. */
static bool store_has_room(
	const struct firmware *fw, const struct vars_name *v, size_t len)
{
	UINT64 total = 0;
	UINT64 left = 0;
	UINT64 largest = 0;
	size_t reserve;

	/* Quirk Q21: the query hangs on Apple and is missing before 2.0. */
	if (fw->runtime->Hdr.Revision < REVISION_2_0 || is_apple(fw))
		return true;
	if (fw->runtime->QueryVariableInfo(
		    v->attributes, &total, &left, &largest) != EFI_SUCCESS)
		return true;
	reserve =
		len <= SMALL_BYTES ? SMALL_RESERVE_BYTES : STORE_RESERVE_BYTES;
	return left >= reserve + VARIABLE_OVERHEAD_BYTES + len;
}

static EFI_STATUS variable_write(const struct firmware *fw,
	const struct vars_name *v, uint32_t attributes, const void *bytes,
	size_t len)
{
	return fw->runtime->SetVariable((CHAR16 *)v->name,
		(EFI_GUID *)v->vendor, attributes, len, (void *)bytes);
}

int vars_set(const struct firmware *fw, const struct vars_name *v,
	const void *bytes, size_t len)
{
	EFI_STATUS status;

	if (!len || !v->attributes)
		return -ERR_INTERNAL;
	if (len > VARS_MAX_BYTES)
		return -ERR_TOO_LARGE;
	switch (variable_compare(fw, v, bytes, len)) {
	case HELD_SAME:
		return 0; /* Quirk Q23: flash wears out. */
	case HELD_NOTHING:
		if (!store_has_room(fw, v, len))
			return -ERR_NO_SPACE;
		break;
	case HELD_ATTRIBUTES:
		/* Attributes cannot be changed, only made anew. */
		(void)variable_write(fw, v, 0, NULL, 0); /* read back below */
		break;
	case HELD_OTHER:
		break;
	}
	status = variable_write(fw, v, v->attributes, bytes, len);
	/*
	 * Quirks Q18 and Q19: success does not mean that it was stored, an
	 * error does not mean that it was not.
	 */
	if (variable_compare(fw, v, bytes, len) == HELD_SAME)
		return 0;
	return status == EFI_SUCCESS ? -ERR_NOT_STORED : store_err(status);
}

int vars_remove(const struct firmware *fw, const struct vars_name *v)
{
	uint8_t present[VARS_MAX_BYTES];
	uint32_t attributes;
	EFI_STATUS status;
	size_t len;
	int err;

	err = variable_read(fw, v, present, sizeof(present), &len, &attributes);
	if (err == -ERR_NOT_FOUND)
		return 0;
	status = variable_write(fw, v, 0, NULL, 0);
	err = variable_read(fw, v, present, sizeof(present), &len, &attributes);
	if (err == -ERR_NOT_FOUND)
		return 0;
	return status == EFI_SUCCESS ? -ERR_NOT_STORED : store_err(status);
}
