/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BugCheck* variables: taking their bytes apart and comparing values. */
#include "recovery/bugcheck.h"

#include "storage/bytes.h"
#include "storage/err.h"

static bool is_plausible(struct bugcheck_bytes v)
{
	return v.len >= BUGCHECK_MIN_BYTES && v.len <= BUGCHECK_MAX_BYTES;
}

/* Supplementary values: an impossible size reads as "not there". */
static uint64_t value_of(struct bugcheck_bytes v)
{
	if (!is_plausible(v))
		return 0;
	return v.len >= 8 ? le64_get(v.bytes) : le32_get(v.bytes);
}

int bugcheck_check(struct bugcheck_bytes code, struct bugcheck_bytes parameter1,
	struct bugcheck_bytes progress, struct bugcheck *ret)
{
	struct bugcheck b = {0};

	if (code.len != 0 && !is_plausible(code))
		return -ERR_CORRUPT;
	if (code.len != 0)
		b.code = le32_get(code.bytes);
	/* There is no stop code 0: a cleared variable is like none. */
	if (b.code != 0) {
		b.is_present = true;
		b.parameter1 = value_of(parameter1);
		b.progress = (uint32_t)value_of(progress);
	}
	*ret = b;
	return 0;
}

bool bugcheck_equal(const struct bugcheck *a, const struct bugcheck *b)
{
	if (!a->is_present || !b->is_present)
		return a->is_present == b->is_present;
	return a->code == b->code && a->parameter1 == b->parameter1;
}
