/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The traces that a session leaves in firmware variables. */
#include "tests/boot/standin/traces.h"

#include "storage/bytes.h"
#include "storage/err.h"

#define NV_BS_RT                                                               \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |         \
		EFI_VARIABLE_RUNTIME_ACCESS)

#define NOTE_MAGIC     "LBN1"
#define NOTE_LENGTH    48
#define NOTE_HAS_CODE  1u
#define VARIABLE_BYTES 64

static EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;
static EFI_GUID bugcheck_guid = {0xba57e015, 0x65b3, 0x4c3c,
	{0xb2, 0x74, 0x65, 0x91, 0x92, 0xf6, 0x99, 0xe3}};
static EFI_GUID loopbreaker_guid = {0xb5c39e17, 0x8348, 0x4709,
	{0x93, 0x8a, 0xd1, 0x92, 0x5b, 0x69, 0x18, 0x92}};
static EFI_GUID standin_guid = {0x2d6f0a51, 0x9b1e, 0x4c2a,
	{0x8e, 0x33, 0x50, 0x77, 0x1c, 0xaa, 0x09, 0x64}};

/* Returns the length; 0 if it is not there. */
static UINTN get(const struct firmware *fw, const CHAR16 *name, EFI_GUID *guid,
	uint8_t buf[VARIABLE_BYTES])
{
	UINTN len = VARIABLE_BYTES;

	if (fw->runtime->GetVariable((CHAR16 *)name, guid, NULL, &len, buf) !=
		EFI_SUCCESS)
		return 0;
	return len;
}

static int set(const struct firmware *fw, const CHAR16 *name, EFI_GUID *guid,
	uint32_t attributes, const void *bytes, UINTN len)
{
	EFI_STATUS status = fw->runtime->SetVariable(
		(CHAR16 *)name, guid, attributes, len, (void *)bytes);

	return status == EFI_SUCCESS ? 0 : -ERR_IO;
}

uint32_t traces_count_session(const struct firmware *fw)
{
	uint8_t buf[VARIABLE_BYTES];
	uint32_t session = 1;

	if (get(fw, L"StandinSession", &standin_guid, buf) == 4)
		session = le32_get(buf) + 1;
	le32_put(buf, session);
	if (set(fw, L"StandinSession", &standin_guid, NV_BS_RT, buf, 4) < 0)
		return 0;
	return session;
}

int traces_write_stop_code(
	const struct firmware *fw, const struct stop_code *stop)
{
	uint8_t code[8];
	uint8_t parameter[8];
	uint8_t progress[4];

	le64_put(code, stop->code);
	le64_put(parameter, stop->parameter1);
	le32_put(progress, stop->progress);
	if (set(fw, L"BugCheckCode", &bugcheck_guid, NV_BS_RT, code, 8) < 0 ||
		set(fw, L"BugCheckParameter1", &bugcheck_guid, NV_BS_RT,
			parameter, 8) < 0)
		return -ERR_IO;
	return set(
		fw, L"BugCheckProgress", &bugcheck_guid, NV_BS_RT, progress, 4);
}

int traces_write_health_note(
	const struct firmware *fw, uint32_t boot_id, uint64_t utc)
{
	uint8_t note[NOTE_LENGTH] = NOTE_MAGIC;
	uint8_t buf[VARIABLE_BYTES];

	le32_put(note + 0x04, boot_id);
	le64_put(note + 0x08, utc);
	if (get(fw, L"BugCheckCode", &bugcheck_guid, buf) >= 4) {
		le32_put(note + 0x10, NOTE_HAS_CODE);
		le32_put(note + 0x14, le32_get(buf));
		if (get(fw, L"BugCheckParameter1", &bugcheck_guid, buf) == 8)
			le64_put(note + 0x18, le64_get(buf));
		if (get(fw, L"BugCheckProgress", &bugcheck_guid, buf) == 4)
			le32_put(note + 0x20, le32_get(buf));
	}
	return set(fw, L"LoopbreakerNote", &loopbreaker_guid, NV_BS_RT, note,
		sizeof(note));
}

int traces_rearm(const struct firmware *fw)
{
	uint8_t buf[VARIABLE_BYTES];

	if (get(fw, L"BootCurrent", &global_guid, buf) != 2)
		return -ERR_IO;
	return set(fw, L"BootNext", &global_guid, NV_BS_RT, buf, 2);
}
