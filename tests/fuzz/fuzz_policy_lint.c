/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy_lint() on any bytes, and on the built-in policy with some changed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/policy.h"
#include "recovery/policy_lint.h"
#include "tests/support/mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see(void *ctx, const struct policy_finding *f)
{
	(void)ctx;
	if (!memchr(f->text, '\0', sizeof(f->text)) ||
		!memchr(f->path, '\0', sizeof(f->path)))
		abort();
}

static void check(const void *bytes, size_t size)
{
	struct policy p;

	/* What it has no fault to find with is accepted. */
	if (policy_lint(bytes, size, 1, see, NULL) == 0 &&
		policy_check(bytes, size, &p) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len;
	const void *builtin = policy_builtin(&len);

	mutate_try(builtin, len, data, size, check);
	return 0;
}
