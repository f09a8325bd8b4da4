/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk in memory that breaks, lies and loses power when told to. */
#include "tests/support/emudisk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/err.h"

static struct emudisk_power *power_of(struct emudisk *e)
{
	return e->power ? e->power : &e->own_power;
}

static uint64_t all_calls(const struct emudisk *e)
{
	return e->counts.reads + e->counts.writes + e->counts.flushes;
}

/* Asked by each call, after it was counted. */
static bool is_dead(struct emudisk *e)
{
	if (e->gone_from && all_calls(e) >= e->gone_from)
		e->is_gone = true;
	return e->is_off || e->is_gone;
}

static bool is_due(const struct emudisk *e, enum emudisk_call call,
	uint64_t number, enum emudisk_fault fault)
{
	const struct emudisk_plan *p = &e->plans[call];

	return p->first && number >= p->first && number <= p->last &&
	       p->fault == fault;
}

static bool touches_bad(const struct emudisk *e, uint64_t off, size_t len)
{
	return e->bad_from < e->bad_to && off < e->bad_to &&
	       off + len > e->bad_from;
}

static int emudisk_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct emudisk *e = (struct emudisk *)d;
	uint64_t number = ++e->counts.reads;

	e->counts.read_bytes += len;
	if (is_dead(e) || is_due(e, EMUDISK_READ, number, EMUDISK_FAIL) ||
		touches_bad(e, off, len))
		return -ERR_IO;
	if (!is_due(e, EMUDISK_READ, number, EMUDISK_PRETEND))
		memcpy(buf, e->bytes + off, len);
	return 0;
}

static int emudisk_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct emudisk *e = (struct emudisk *)d;
	struct emudisk_power *power = power_of(e);
	uint64_t number = ++e->counts.writes;

	e->counts.written_bytes += len;
	power->writes++;
	if (is_dead(e) || is_due(e, EMUDISK_WRITE, number, EMUDISK_FAIL))
		return -ERR_IO;
	if (!is_due(e, EMUDISK_WRITE, number, EMUDISK_PRETEND)) {
		emudisk_power_write(power, e, off, buf, len);
		memcpy(e->bytes + off, buf, len);
		if (e->bad_heals && off <= e->bad_from &&
			e->bad_to <= off + len)
			e->bad_to = e->bad_from;
	}
	emudisk_power_wrote(power);
	return 0;
}

static int emudisk_flush(struct disk *d)
{
	struct emudisk *e = (struct emudisk *)d;
	uint64_t number = ++e->counts.flushes;

	if (is_dead(e) || is_due(e, EMUDISK_FLUSH, number, EMUDISK_FAIL))
		return -ERR_IO;
	if (!is_due(e, EMUDISK_FLUSH, number, EMUDISK_PRETEND))
		emudisk_power_flush(power_of(e), e);
	return 0;
}

static const struct disk_ops emudisk_ops = {
	.read = emudisk_read,
	.write = emudisk_write,
	.flush = emudisk_flush,
};

/* @fd: the file to show, or -1 for zeros */
static int open_on(
	struct emudisk *e, int fd, uint64_t size_bytes, uint32_t block_bytes)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;

	memset(e, 0, sizeof(*e));
	e->disk.ops = &emudisk_ops;
	e->disk.size_bytes = size_bytes;
	e->disk.block_bytes = block_bytes;
	e->disk.may_write = true;
	disk_set_name(&e->disk, "emulated disk");
	if (!size_bytes)
		return 0;
	e->bytes = mmap(NULL, (size_t)size_bytes, PROT_READ | PROT_WRITE,
		flags | MAP_NORESERVE, fd, 0);
	if (e->bytes == MAP_FAILED) {
		e->bytes = NULL;
		e->disk.size_bytes = 0;
		return -ERR_NO_MEMORY;
	}
	return 0;
}

int emudisk_open(struct emudisk *e, uint64_t size_bytes, uint32_t block_bytes)
{
	return open_on(e, -1, size_bytes, block_bytes);
}

int emudisk_load(struct emudisk *e, const char *path, uint32_t block_bytes)
{
	struct stat st;
	int fd;
	int err = -ERR_NOT_FOUND;

	memset(e, 0, sizeof(*e));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ERR_NOT_FOUND;
	if (!fstat(fd, &st))
		err = open_on(e, fd, (uint64_t)st.st_size, block_bytes);
	close(fd);
	return err;
}

int emudisk_clone(struct emudisk *e, const struct emudisk *from)
{
	int err =
		emudisk_open(e, from->disk.size_bytes, from->disk.block_bytes);

	if (err < 0)
		return err;
	memcpy(e->disk.name, from->disk.name, sizeof(e->disk.name));
	if (from->bytes)
		memcpy(e->bytes, from->bytes, (size_t)from->disk.size_bytes);
	return 0;
}

static bool is_all_zero(const unsigned char *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

int emudisk_save(const struct emudisk *e, const char *path)
{
	FILE *f = fopen(path, "wb");
	uint64_t off = 0;
	bool is_good;

	if (!f)
		return -ERR_IO;
	is_good = !ftruncate(fileno(f), (off_t)e->disk.size_bytes);
	while (is_good && off < e->disk.size_bytes) {
		uint64_t left = e->disk.size_bytes - off;
		size_t piece = left < 65536 ? (size_t)left : 65536;

		if (!is_all_zero(e->bytes + off, piece))
			is_good = !fseeko(f, (off_t)off, SEEK_SET) &&
				  fwrite(e->bytes + off, 1, piece, f) == piece;
		off += piece;
	}
	if (fclose(f))
		is_good = false;
	return is_good ? 0 : -ERR_IO;
}

static uint64_t count_of(const struct emudisk *e, enum emudisk_call call)
{
	switch (call) {
	case EMUDISK_READ:
		return e->counts.reads;
	case EMUDISK_WRITE:
		return e->counts.writes;
	case EMUDISK_FLUSH:
	case EMUDISK_CALL_COUNT:
		break;
	}
	return e->counts.flushes;
}

void emudisk_plan_fault(struct emudisk *e, enum emudisk_call call,
	enum emudisk_fault fault, uint64_t nth, bool from_then_on)
{
	struct emudisk_plan *p = &e->plans[call];

	p->fault = fault;
	p->first = nth ? count_of(e, call) + nth : 0;
	p->last = from_then_on ? UINT64_MAX : p->first;
}

void emudisk_plan_loss(struct emudisk *e, uint64_t nth)
{
	e->gone_from = nth ? all_calls(e) + nth : 0;
}

void emudisk_plan_cut(
	struct emudisk *e, uint64_t nth, enum emudisk_cut model, uint64_t seed)
{
	if (!e->power) {
		e->own_power.disks[0] = e;
		e->own_power.disk_count = 1;
	}
	emudisk_power_plan_cut(power_of(e), nth, model, seed);
}

uint64_t emudisk_cut_choices(const struct emudisk *e)
{
	return emudisk_power_choices(e->power ? e->power : &e->own_power);
}

void emudisk_attach(struct emudisk *e, struct emudisk_power *p)
{
	if (e->power || p->disk_count == EMUDISK_POWER_DISKS)
		abort();
	e->power = p;
	p->disks[p->disk_count++] = e;
}

static void detach(struct emudisk *e)
{
	struct emudisk_power *p = e->power;
	size_t kept = 0;

	emudisk_power_forget(p, e);
	for (size_t i = 0; i < p->disk_count; i++)
		if (p->disks[i] != e)
			p->disks[kept++] = p->disks[i];
	p->disk_count = kept;
}

void emudisk_reset(struct emudisk *e)
{
	emudisk_power_forget(&e->own_power, NULL);
	memset(&e->own_power, 0, sizeof(e->own_power));
	memset(&e->counts, 0, sizeof(e->counts));
	memset(e->plans, 0, sizeof(e->plans));
	e->gone_from = 0;
	e->is_gone = false;
	e->is_off = false;
	e->bad_from = 0;
	e->bad_heals = false;
	e->bad_to = 0;
}

void emudisk_close(struct emudisk *e)
{
	if (e->power)
		detach(e);
	emudisk_power_forget(&e->own_power, NULL);
	if (e->bytes)
		munmap(e->bytes, (size_t)e->disk.size_bytes);
	memset(e, 0, sizeof(*e));
}
