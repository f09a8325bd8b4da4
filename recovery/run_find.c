/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the volume, also if it has to be unlocked first. */
#include "recovery/run_parts.h"
#include "recovery/tell_unlock.h"

/* Could a volume that is closed be the one, or another one? */
static bool is_closed(enum windows_found found)
{
	return found == WINDOWS_ENCRYPTED || found == WINDOWS_NOT_ALONE ||
	       found == WINDOWS_ELSEWHERE;
}

static enum windows_found search(struct run *r, const char *marker)
{
	disk_counts_add(&r->searched, &r->windows.search);
	return windows_find(&r->windows, r->platform, marker,
		&r->seen.boot_config, &r->unlock);
}

/* Files cost nobody anything; whoever is there is asked last. */
static size_t unlock_more(struct run *r)
{
	size_t opened = unlock_by_files(&r->unlock);

	return opened ? opened : unlock_by_person(&r->unlock);
}

enum windows_found run_find(struct run *r, const char *marker)
{
	enum windows_found found = search(r, marker);

	while (is_closed(found) && unlock_more(r))
		found = search(r, marker);
	return found;
}
