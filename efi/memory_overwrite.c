/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/memory_overwrite.h"

#include "efi/vars.h"
#include "recovery/report.h"
#include "storage/err.h"

#define CLEAR_MEMORY 0x01 /* the other bits are about how it is found out */

int memory_overwrite_request(const struct firmware *fw)
{
	uint8_t value;
	size_t len;
	int err;

	err = vars_get(fw, &vars_memory_overwrite, &value, sizeof(value), &len);
	if (err == -ERR_NOT_FOUND)
		return -ERR_UNSUPPORTED;
	if (err == 0 && len != sizeof(value))
		err = -ERR_CORRUPT;
	if (err < 0)
		return err;
	value |= CLEAR_MEMORY;
	return vars_set(fw, &vars_memory_overwrite, &value, sizeof(value));
}

void memory_overwrite_report(struct front *f, int err)
{
	struct report_line l;

	report_begin(&l, "memory-overwrite");
	report_string(&l, "state",
		err == 0		  ? "requested"
		: err == -ERR_UNSUPPORTED ? "unsupported"
					  : "failed");
	if (err < 0 && err != -ERR_UNSUPPORTED)
		report_string(&l, "error", err_text(err));
	console_report(&f->console, report_end(&l));
}
