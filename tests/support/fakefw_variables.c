/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The variable store of the fake firmware, and the ways it lies. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fakefw.h"

static bool names_equal(const CHAR16 *a, const CHAR16 *b)
{
	size_t i;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		;
	return a[i] == b[i];
}

struct fakefw_variable *fakefw_variable(
	struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor)
{
	for (size_t i = 0; i < f->variable_count; i++) {
		struct fakefw_variable *v = &f->variables[i];

		if (names_equal(v->name, name) &&
			!memcmp(&v->vendor, vendor, sizeof(*vendor)))
			return v;
	}
	return NULL;
}

void fakefw_put(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor,
	UINT32 attributes, const void *bytes, size_t len)
{
	struct fakefw_variable *v = fakefw_variable(f, name, vendor);

	if (!v) {
		if (f->variable_count == FAKEFW_MAX_VARIABLES)
			abort();
		v = &f->variables[f->variable_count++];
		for (size_t i = 0; i < FAKEFW_NAME_UNITS - 1 && name[i]; i++)
			v->name[i] = name[i];
		v->vendor = *vendor;
	}
	if (len > FAKEFW_VARIABLE_BYTES)
		abort();
	v->attributes = attributes;
	v->len = len;
	memcpy(v->bytes, bytes, len);
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *vendor,
	UINT32 *attributes, UINTN *size, void *data)
{
	struct fakefw_variable *v;

	fakefw_present->get_calls++;
	/* Quirk Q24: not even to ask for the size. */
	if (!attributes || !data || !*size)
		return EFI_INVALID_PARAMETER;
	v = fakefw_variable(fakefw_present, name, vendor);
	if (!v)
		return EFI_NOT_FOUND;
	if (fakefw_present->get_status)
		return fakefw_present->get_status;
	if (v->len > *size) {
		*size = v->len;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = v->len;
	memcpy(data, v->bytes, v->len);
	if (!fakefw_present->attributes_unset)
		*attributes = v->attributes;
	return EFI_SUCCESS;
}

static void variable_remove(struct fakefw *f, struct fakefw_variable *v)
{
	*v = f->variables[--f->variable_count];
	memset(&f->variables[f->variable_count], 0, sizeof(*v));
}

void fakefw_remove(struct fakefw *f, const CHAR16 *name, const EFI_GUID *vendor)
{
	struct fakefw_variable *v = fakefw_variable(f, name, vendor);

	if (v)
		variable_remove(f, v);
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *vendor,
	UINT32 attributes, UINTN size, void *data)
{
	struct fakefw *f = fakefw_present;
	struct fakefw_variable *v = fakefw_variable(f, name, vendor);

	f->set_calls++;
	if (attributes & EFI_VARIABLE_APPEND_WRITE)
		abort(); /* Quirk Q20 */
	if (f->set_stores_nothing)
		return f->set_status;
	if (!size) {
		if (!v)
			return EFI_NOT_FOUND;
		variable_remove(f, v);
		return f->set_status;
	}
	if (f->set_room && size > f->set_room)
		return EFI_OUT_OF_RESOURCES;
	if (v && v->attributes != attributes)
		return EFI_INVALID_PARAMETER;
	fakefw_put(f, name, vendor, attributes, data, size);
	if (f->set_changes_value)
		fakefw_variable(f, name, vendor)->bytes[0] ^= 0xff;
	return f->set_status;
}

static EFI_STATUS EFIAPI query_variable_info(
	UINT32 attributes, UINT64 *total, UINT64 *left, UINT64 *largest)
{
	(void)attributes;
	fakefw_present->query_calls++;
	*total = 262144;
	*left = fakefw_present->store_left;
	*largest = 65536;
	return fakefw_present->query_status;
}

void fakefw_fill_variables(EFI_RUNTIME_SERVICES *runtime)
{
	runtime->GetVariable = get_variable;
	runtime->SetVariable = set_variable;
	runtime->QueryVariableInfo = query_variable_info;
}
