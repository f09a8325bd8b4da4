/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems of the fake firmware. */
#include "tests/support/fakefw_files.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static struct fakefw_volume *volume_of_root(EFI_FILE_PROTOCOL *root)
{
	return (struct fakefw_volume *)(void *)((char *)root -
						offsetof(struct fakefw_volume,
							root));
}

static bool is_path(const CHAR16 *name, const char *path)
{
	while (*path && *name == (unsigned char)*path) {
		name++;
		path++;
	}
	return *name == (unsigned char)*path;
}

static EFI_STATUS EFIAPI root_close(EFI_FILE_PROTOCOL *this)
{
	volume_of_root(this)->open_files--;
	return EFI_SUCCESS;
}

static struct fakefw_volume *volume_of_file(EFI_FILE_PROTOCOL *file)
{
	return (struct fakefw_volume *)(void *)((char *)file -
						offsetof(struct fakefw_volume,
							file));
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_PROTOCOL *this)
{
	volume_of_file(this)->open_files--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_set_position(EFI_FILE_PROTOCOL *this, UINT64 at)
{
	struct fakefw_volume *v = volume_of_file(this);
	size_t len = v->present ? v->present->len : 0;

	if (at == UINT64_MAX)
		at = len;
	if (at > len)
		abort(); /* no file is to become longer */
	v->at = at;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_get_position(EFI_FILE_PROTOCOL *this, UINT64 *ret)
{
	*ret = volume_of_file(this)->at;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_read(
	EFI_FILE_PROTOCOL *this, UINTN *size, VOID *buffer)
{
	struct fakefw_volume *v = volume_of_file(this);
	size_t left = v->present ? v->present->len - v->at : 0;

	if (v->reads_left && !--v->reads_left)
		return EFI_MEDIA_CHANGED;
	if (v->read_status)
		return v->read_status;
	if (v->never_ends) {
		memset(buffer, 0x5A, *size);
		return EFI_SUCCESS;
	}
	if (left < *size)
		*size = left;
	if (v->piece && v->piece < *size)
		*size = v->piece;
	if (*size)
		memcpy(buffer, (const char *)v->present->bytes + v->at, *size);
	v->at += *size;
	return EFI_SUCCESS;
}

/* The content of @path becomes what is read next. */
static void content_find(struct fakefw_volume *v, const CHAR16 *name)
{
	const struct fakefw_content *c = v->contents;

	v->present = NULL;
	v->at = 0;
	for (; c && c->path; c++)
		if (is_path(name, c->path))
			v->present = c;
}

/* --- Directories ---------------------------------------------------------- */

static struct fakefw_volume *volume_of_directory(EFI_FILE_PROTOCOL *directory)
{
	return (struct fakefw_volume *)(void *)((char *)directory -
						offsetof(struct fakefw_volume,
							directory));
}

/* The name of @path, if it is in the folder that is open; or NULL. */
static const char *name_in_folder(
	const struct fakefw_volume *v, const char *path)
{
	size_t len = strlen(v->folder);

	if (strncmp(path, v->folder, len) != 0 || path[len] != '\\' ||
		strchr(path + len + 1, '\\'))
		return NULL;
	return path + len + 1;
}

static EFI_STATUS entry_put(const struct fakefw_content *c, const char *name,
	UINTN *size, EFI_FILE_INFO *ret)
{
	size_t len = strlen(name);
	UINTN whole =
		offsetof(EFI_FILE_INFO, FileName) + (len + 1) * sizeof(CHAR16);

	if (*size < whole) {
		*size = whole;
		return EFI_BUFFER_TOO_SMALL;
	}
	ret->Size = whole;
	ret->FileSize = c->len;
	ret->Attribute = c->attributes;
	for (size_t i = 0; i <= len; i++)
		ret->FileName[i] = (CHAR16)(unsigned char)name[i];
	*size = whole;
	return EFI_SUCCESS;
}

/* False: @ret is what this volume does instead. */
static bool listing_is_honest(
	struct fakefw_volume *v, UINTN *size, void *buffer, EFI_STATUS *ret)
{
	*ret = EFI_SUCCESS;
	switch (v->listing) {
	case FAKEFW_LISTING_NONE:
		abort();
	case FAKEFW_LISTING_GOOD:
	case FAKEFW_LISTING_ENDLESS:
		return true;
	case FAKEFW_LISTING_TOO_SMALL:
		*ret = EFI_BUFFER_TOO_SMALL;
		return false;
	case FAKEFW_LISTING_FAILS:
		*ret = EFI_DEVICE_ERROR;
		return v->listed == 1;
	case FAKEFW_LISTING_NONSENSE:
		memset(buffer, 'T', *size);
		((EFI_FILE_INFO *)buffer)->Attribute = 0;
		return false;
	}
	abort();
}

static EFI_STATUS listing_read(
	struct fakefw_volume *v, UINTN *size, void *buffer)
{
	const struct fakefw_content *c = v->contents;
	EFI_STATUS status;

	v->listed++;
	if (!listing_is_honest(v, size, buffer, &status))
		return status;
	if (v->reads_left && !--v->reads_left)
		return EFI_MEDIA_CHANGED;
	for (; c && c[v->next].path; v->next++) {
		const char *name = name_in_folder(v, c[v->next].path);

		if (!name)
			continue;
		return entry_put(&c[v->next++], name, size, buffer);
	}
	if (v->listing == FAKEFW_LISTING_ENDLESS && v->next) {
		v->next = 0;
		v->listed--;
		return listing_read(v, size, buffer);
	}
	*size = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI directory_read(
	EFI_FILE_PROTOCOL *this, UINTN *size, VOID *buffer)
{
	return listing_read(volume_of_directory(this), size, buffer);
}

static EFI_STATUS EFIAPI root_read(
	EFI_FILE_PROTOCOL *this, UINTN *size, VOID *buffer)
{
	return listing_read(volume_of_root(this), size, buffer);
}

static EFI_STATUS EFIAPI directory_close(EFI_FILE_PROTOCOL *this)
{
	volume_of_directory(this)->open_files--;
	return EFI_SUCCESS;
}

/* Of a directory there is no end. */
static EFI_STATUS EFIAPI directory_set_position(
	EFI_FILE_PROTOCOL *this, UINT64 at)
{
	(void)this;
	return at ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

/* --- Files ---------------------------------------------------------------- */

static bool is_listed(const struct fakefw_volume *v, const CHAR16 *name)
{
	for (size_t i = 0; v->paths && v->paths[i]; i++)
		if (is_path(name, v->paths[i]))
			return true;
	return false;
}

static EFI_STATUS EFIAPI root_open(EFI_FILE_PROTOCOL *this,
	EFI_FILE_PROTOCOL **ret, CHAR16 *name, UINT64 mode, UINT64 attributes)
{
	struct fakefw_volume *v = volume_of_root(this);

	(void)attributes;
	if (mode != EFI_FILE_MODE_READ)
		abort(); /* Quirk Q30 */
	if (v->changes_left) {
		v->changes_left--;
		return EFI_MEDIA_CHANGED;
	}
	v->opens++;
	if (v->open_status)
		return v->open_status;
	content_find(v, name);
	if (v->present && (v->present->attributes & EFI_FILE_DIRECTORY)) {
		v->open_files++;
		v->folder = v->present->path;
		v->next = 0;
		*ret = &v->directory;
		return EFI_SUCCESS;
	}
	if (!v->present && !is_listed(v, name))
		return EFI_NOT_FOUND;
	v->open_files++;
	*ret = &v->file;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_volume(
	EFI_FILE_IO_INTERFACE *this, EFI_FILE_PROTOCOL **ret)
{
	struct fakefw_volume *v = (struct fakefw_volume *)this;

	if (v->may_not_be_opened)
		abort();
	v->open_files++;
	v->folder = "";
	v->next = 0;
	*ret = &v->root;
	return EFI_SUCCESS;
}

void fakefw_volume_init(struct fakefw_volume *v, const char *const *paths)
{
	*v = (struct fakefw_volume){
		.io = {.OpenVolume = open_volume},
		.root = {.Open = root_open,
			.Close = root_close,
			.Read = root_read},
		.file = {.Close = file_close,
			.Read = file_read,
			.SetPosition = file_set_position,
			.GetPosition = file_get_position},
		.directory = {.Close = directory_close,
			.Read = directory_read,
			.SetPosition = directory_set_position},
		.paths = paths,
	};
}
