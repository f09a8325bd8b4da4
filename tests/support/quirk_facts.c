/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/quirk_facts.h"

#include <stddef.h>

const struct quirk_facts quirk_facts[QUIRK_COUNT] = {
	[QUIRK_STORE_FULL] = {.stays_broken = true,
		.is_uncounted = true,
		.sentence = "This hand-over cannot be counted"},
	[QUIRK_STORE_NEARLY_FULL] = {.stays_broken = true,
		.lacks_room = true,
		.sentence = "only how often it has handed over"},
	[QUIRK_STORE_WITHOUT_ROOM] = {.stays_broken = true,
		.lacks_room = true,
		.sentence = "only how often it has handed over"},
	[QUIRK_STORE_LIES] = {.stays_broken = true,
		.is_uncounted = true,
		.sentence = "This hand-over cannot be counted"},
	[QUIRK_STORE_ERRS] = {.sentence = NULL},
	[QUIRK_STORE_VANISHES] = {.forgets = true,
		.sentence = "Nothing shows yet that this firmware remembers"},
	/* Noticed by what is on hold.  With nothing on hold it never ends. */
	[QUIRK_STORE_FORGETS_SILENTLY] = {.next_ignored = true,
		.order_reverts = true,
		.is_alone = true,
		.sentence = "This firmware forgets what it was told"},
	[QUIRK_QUERY_FAILS] = {.sentence = NULL},
	[QUIRK_ATTRIBUTES_UNSET] = {.sentence = NULL},
	[QUIRK_NEXT_DROPPED] = {.next_ignored = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_ORDER_RESTORED] = {.order_reverts = true},
	[QUIRK_BOOT_ORDER_LOCK] = {.next_ignored = true,
		.order_reverts = true,
		.sentence = "\"boot order lock\""},
	[QUIRK_WINDOWS_FIRST] = {.windows_comes = true,
		.sentence = "installed on this PC but not first"},
	[QUIRK_OPTION_OVERWRITTEN] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_OWN_OPTION_OVERWRITTEN] = {.windows_comes = true},
	/* What BootNext names is Loopbreaker by then. */
	[QUIRK_OPTIONS_RENUMBERED] = {.next_ignored = true,
		.order_reverts = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_OPTION_DELETED] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_OPTION_ALWAYS_DELETED] = {.lacks_option = true,
		.next_ignored = true,
		.order_reverts = true,
		.sentence = "did not start what BootNext named"},
	[QUIRK_DUPLICATE_OPTIONS] = {.sentence = NULL},
	[QUIRK_HOSTILE_OPTIONS] = {.sentence = NULL},
	[QUIRK_NO_BOOT_CURRENT] = {.sentence = NULL},
	[QUIRK_NO_IMAGE_PATHS] = {.sentence = NULL},
	[QUIRK_GARBAGE_LOAD_OPTIONS] = {.sentence = NULL},
	[QUIRK_LOAD_DENIED] = {.chain_fails = true},
	[QUIRK_WINDOWS_RETURNS] = {.chain_fails = true},
	[QUIRK_IO_ALIGN] = {.sentence = NULL},
	[QUIRK_LARGE_READS_KILL] = {.sentence = NULL},
	[QUIRK_VOLUME_CHANGED] = {.lacks_option = true,
		.sentence = "has been made again"},
	[QUIRK_MEDIUM_CHANGED] = {.sentence = NULL},
	[QUIRK_READ_UNDELIVERED_ONCE] = {.sentence = NULL},
	[QUIRK_READS_UNDELIVERED] = {.stays_broken = true,
		.is_blind = true,
		.sentence = "could not be read"},
	[QUIRK_WRITES_SWALLOWED] = {.stays_broken = true,
		.sentence = "Writing to"},
	[QUIRK_DISK_READ_ONLY] = {.stays_broken = true,
		.sentence = "Nothing could be written"},
	/* In pairs: crash_while_looking_is_bounded() */
	[QUIRK_READ_RESETS] = {.stays_broken = true,
		.is_alone = true,
		.is_mute = true},
	[QUIRK_WRITE_RESETS] = {.stays_broken = true,
		.is_cut_off = true,
		.sentence = "was cut off while it changed the disk"},
	[QUIRK_EMPTY_READER] = {.sentence = NULL},
	[QUIRK_FAST_BOOT] = {.sentence = "had not connected all disks"},
	[QUIRK_FAST_BOOT_TWO_DISKS] = {.sentence =
					       "had not connected all disks"},
	[QUIRK_CONNECT_HANGS] = {.stays_broken = true,
		.dies = true,
		.sentence = "Please report this"},
	[QUIRK_NO_MEMORY] = {.stays_broken = true,
		.is_blind = true,
		.lacks_memory = true,
		.sentence = "not enough memory to read the disks"},
	[QUIRK_SLOW_DISK] = {.sentence = NULL},
	[QUIRK_DISK_HANGS] = {.stays_broken = true,
		.dies = true,
		.sentence = "Please report this"},
	[QUIRK_WATCHDOG_STUBBORN] = {.sentence = NULL},
	[QUIRK_NO_CLOCK] = {.sentence = NULL},
	[QUIRK_STALL_DOES_NOTHING] = {.sentence = NULL},
	[QUIRK_SLOW_SELF_TEST] = {.is_slow = true},
	[QUIRK_RESET_RETURNS] = {.reset_returns = true,
		.sentence = "did not reset the PC"},
	[QUIRK_NO_CONSOLE] = {.is_mute = true},
	[QUIRK_DEAD_CONSOLE] = {.is_mute = true},
	[QUIRK_INSANE_CONSOLE] = {.sentence = NULL},
	[QUIRK_NO_KEYBOARD] = {.sentence = NULL},
	[QUIRK_DEAD_KEYBOARD] = {.sentence = NULL},
};

struct quirk_facts quirk_facts_of_both(
	const struct quirk_facts *a, const struct quirk_facts *b)
{
	return (struct quirk_facts){
		.stays_broken = a->stays_broken || b->stays_broken,
		.next_ignored = a->next_ignored || b->next_ignored,
		.order_reverts = a->order_reverts || b->order_reverts,
		.is_uncounted = a->is_uncounted || b->is_uncounted,
		.forgets = a->forgets || b->forgets,
		.reset_returns = a->reset_returns || b->reset_returns,
		.chain_fails = a->chain_fails || b->chain_fails,
		.windows_comes = a->windows_comes || b->windows_comes,
		.dies = a->dies || b->dies,
		.is_cut_off = a->is_cut_off || b->is_cut_off,
		.is_blind = a->is_blind || b->is_blind,
		.is_slow = a->is_slow || b->is_slow,
		.lacks_option = a->lacks_option || b->lacks_option,
		.lacks_room = a->lacks_room || b->lacks_room,
		.lacks_memory = a->lacks_memory || b->lacks_memory,
		.is_mute = a->is_mute || b->is_mute,
	};
}

enum fake_start quirk_facts_start(const struct quirk_facts *f)
{
	bool may_reset = !f->is_uncounted && !f->forgets;
	enum fake_start last =
		f->chain_fails ? START_AFTER_RETURN : START_CHAIN_LOAD;

	if (f->lacks_option && f->lacks_memory)
		return START_AFTER_RETURN;
	/* After its death nothing more can be started from it. */
	if (f->dies)
		last = may_reset ? last : START_AFTER_RETURN;
	else if (f->reset_returns)
		return last;
	if (!may_reset || (f->lacks_option && f->lacks_room))
		return last;
	if (!f->next_ignored)
		return START_BOOT_NEXT;
	if (f->windows_comes || !f->order_reverts)
		return START_BOOT_ORDER;
	return last;
}

/*
 * Where two quirks together come to something else than their facts.  What is
 * not given is as in the facts.
 */
static const struct exception {
	enum fake_quirk a;
	enum fake_quirk b;
	enum fake_start start; /* START_NONE: as the facts say */
	bool is_repaired;
	bool is_mute;
	bool is_endless; /* efi/QUIRKS.md says why */
} exceptions[] = {
	/* Nobody can know that it is nearly full. */
	{QUIRK_STORE_NEARLY_FULL, QUIRK_QUERY_FAILS, .is_repaired = true},
	/* BootNext cannot lead astray. */
	{QUIRK_NEXT_DROPPED, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_ORDER},
	{QUIRK_BOOT_ORDER_LOCK, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_ORDER},
	/* Numbers change places once more. */
	{QUIRK_OPTION_OVERWRITTEN, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_NEXT},
	{QUIRK_OWN_OPTION_OVERWRITTEN, QUIRK_OPTIONS_RENUMBERED,
		.start = START_BOOT_NEXT},
	{QUIRK_WINDOWS_FIRST, QUIRK_OPTIONS_RENUMBERED,
		.start = START_CHAIN_LOAD},
	{QUIRK_OPTIONS_RENUMBERED, QUIRK_WINDOWS_RETURNS,
		.start = START_BOOT_ORDER},
	/* There is no option of Windows that could come first. */
	{QUIRK_WINDOWS_FIRST, QUIRK_OPTION_ALWAYS_DELETED,
		.start = START_CHAIN_LOAD},
	/* BootNext is taken back then, and Loopbreaker does not come again. */
	{QUIRK_WINDOWS_FIRST, QUIRK_WRITE_RESETS, .start = START_BOOT_ORDER},
	{QUIRK_OWN_OPTION_OVERWRITTEN, QUIRK_WRITE_RESETS,
		.start = START_BOOT_ORDER, .is_mute = true},
	/* Nothing is left that could count: efi/QUIRKS.md, Q22. */
	{QUIRK_STORE_VANISHES, QUIRK_WRITE_RESETS, .is_endless = true},
	/* The own timer runs late: the firmware's watchdog is first. */
	{QUIRK_CONNECT_HANGS, QUIRK_STALL_DOES_NOTHING, .is_mute = true},
	{QUIRK_DISK_HANGS, QUIRK_STALL_DOES_NOTHING, .is_mute = true},
};

enum fake_start quirk_facts_start_of_pair(
	enum fake_quirk a, enum fake_quirk b, struct quirk_facts *f)
{
	enum fake_start start = quirk_facts_start(f);

	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]);
		i++) {
		const struct exception *e = &exceptions[i];

		if (e->a != a || e->b != b)
			continue;
		f->stays_broken = f->stays_broken && !e->is_repaired;
		f->is_mute = f->is_mute || e->is_mute;
		f->is_endless = e->is_endless;
		return e->start ? e->start : start;
	}
	return start;
}
