/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of Windows: winload's rule, bootstat.dat, and a driver that
 * crashes as long as the bad file is where it was delivered.  Reads and writes
 * the disk's bytes, by no code of ours but what tests/support has.
 */
#include <string.h>

#include "efi/vars.h"
#include "storage/bytes.h"
#include "tests/support/fake_pc.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"

#define STATUS_BYTES 2048
#define SESSION	     60 /* seconds until it crashes */
#define MINUTE_100NS 600000000ull

static struct fake_bootstat status_read(const struct fake_pc *pc)
{
	const uint8_t *b = pc->bytes + pc->status_at;

	return (struct fake_bootstat){
		.size = le32_get(b),
		.succeeded = b[0x0a],
		.shut_down = b[0x0b],
		.attempts = b[0x30],
		.checkpoint = b[0x31],
		.boot_id = le32_get(b + 0x34),
		.clean_boot_id = le32_get(b + 0x38),
		.heartbeat = le64_get(b + 0x20),
	};
}

static void status_write(struct fake_pc *pc, const struct fake_bootstat *s)
{
	static unsigned char file[FAKE_BOOTSTAT_BYTES];

	fake_bootstat_bytes(s, file);
	memcpy(pc->bytes + pc->status_at, file, STATUS_BYTES);
}

static bool is_bad_file_there(const struct fake_pc *pc)
{
	return peek_record_of(pc->bytes + pc->windows_at, pc->windows_bytes,
		       JULY_BAD) != 0;
}

/* The same stop code again; from the runtime, past what boot services lose. */
static void crash(struct fake_pc *pc)
{
	struct fakefw_variable *v = fakefw_variable(&pc->firmware,
		vars_bugcheck_progress.name, vars_bugcheck_progress.vendor);

	if (v && !pc->firmware.set_stores_nothing)
		v->bytes[0]++;
}

enum fake_end fake_windows_start(struct fake_pc *pc, enum fake_start how)
{
	struct fake_bootstat s = status_read(pc);
	bool was_good = s.succeeded && s.checkpoint;

	pc->log.row = 0;
	pc->log.sessions++;
	if (pc->log.first == START_NONE)
		pc->log.first = how;
	if (!was_good && s.attempts >= 2)
		return END_WINRE;
	s.attempts = was_good ? 1 : s.attempts + 1;
	s.succeeded = 0;
	s.shut_down = 0;
	s.checkpoint = 0;
	s.boot_id++;
	s.heartbeat += MINUTE_100NS;
	pc->wall += SESSION;
	if (is_bad_file_there(pc)) {
		crash(pc);
		status_write(pc, &s);
		return END_NONE;
	}
	s.succeeded = 1;
	s.checkpoint = 1;
	status_write(pc, &s);
	return END_WINDOWS;
}
