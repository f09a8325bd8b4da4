/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of EFI_STATUS and enum err.
 */
#include <stddef.h>

#include "efi/status.h"
#include "storage/err.h"

/* From an err, the first row that has it is taken. */
static const struct row {
	EFI_STATUS status;
	enum err err;
	const char *text;
} rows[] = {
	{EFI_DEVICE_ERROR, ERR_IO, "device error"},
	{EFI_NO_MEDIA, ERR_IO, "no medium"},
	{EFI_MEDIA_CHANGED, ERR_IO, "medium changed"},
	{EFI_TIMEOUT, ERR_IO, "timeout"},
	{EFI_NO_RESPONSE, ERR_IO, "no response"},
	{EFI_NOT_READY, ERR_IO, "not ready"},
	{EFI_CRC_ERROR, ERR_IO, "checksum error"},
	{EFI_ABORTED, ERR_IO, "aborted"},
	{EFI_NOT_STARTED, ERR_IO, "not started"},
	{EFI_OUT_OF_RESOURCES, ERR_NO_MEMORY, "out of resources"},
	{EFI_VOLUME_FULL, ERR_NO_SPACE, "volume full"},
	{EFI_NOT_FOUND, ERR_NOT_FOUND, "not found"},
	{EFI_NO_MAPPING, ERR_NOT_FOUND, "no mapping"},
	{EFI_ALREADY_STARTED, ERR_EXISTS, "already started"},
	{EFI_WRITE_PROTECTED, ERR_READ_ONLY, "write protected"},
	{EFI_ACCESS_DENIED, ERR_READ_ONLY, "access denied"},
	{EFI_SECURITY_VIOLATION, ERR_UNTRUSTED, "security violation"},
	{EFI_END_OF_FILE, ERR_TRUNCATED, "end of file"},
	{EFI_END_OF_MEDIA, ERR_TRUNCATED, "end of medium"},
	{EFI_VOLUME_CORRUPTED, ERR_CORRUPT, "volume corrupted"},
	{EFI_LOAD_ERROR, ERR_CORRUPT, "load error"},
	{EFI_COMPROMISED_DATA, ERR_CORRUPT, "compromised data"},
	{EFI_UNSUPPORTED, ERR_UNSUPPORTED, "unsupported"},
	{EFI_INCOMPATIBLE_VERSION, ERR_UNSUPPORTED, "incompatible version"},
	{EFI_PROTOCOL_ERROR, ERR_UNSUPPORTED, "protocol error"},
	{EFI_BUFFER_TOO_SMALL, ERR_TOO_LARGE, "buffer too small"},
	{EFI_INVALID_PARAMETER, ERR_INTERNAL, "invalid parameter"},
	{EFI_BAD_BUFFER_SIZE, ERR_INTERNAL, "bad buffer size"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct row *row_find(EFI_STATUS status)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].status == status)
			return &rows[i];
	}
	return NULL;
}

int status_to_err(EFI_STATUS status)
{
	const struct row *row = row_find(status);

	if (status == EFI_SUCCESS)
		return 0;
	return row ? -(int)row->err : -ERR_IO;
}

EFI_STATUS status_from_err(int err)
{
	if (!err)
		return EFI_SUCCESS;
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (-(int)rows[i].err == err)
			return rows[i].status;
	}
	return EFI_ABORTED;
}

const char *status_text(EFI_STATUS status)
{
	const struct row *row = row_find(status);

	if (status == EFI_SUCCESS)
		return "success";
	return row ? row->text : "unknown status";
}
