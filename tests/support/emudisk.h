/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated disk of all hosted tests: struct disk over memory, with broken,
 * lying and vanishing devices and power cuts (emudisk_power.h) on request.
 *
 * Usual order: emudisk_open() or _load(); give &e.disk to the code under test;
 * arm a fault or a power cut; run; look at e.bytes and e.counts; then
 * emudisk_reset() brings power back and the disk is what survived.
 *
 * The image lives in mmap()ed memory, so failing allocations (failalloc.h) do
 * not reach it.  An armed power cut does use malloc(): do not combine the two.
 */
#ifndef TESTS_SUPPORT_EMUDISK_H
#define TESTS_SUPPORT_EMUDISK_H

#include "storage/disk.h"
#include "storage/meter.h"
#include "tests/support/emudisk_power.h"

enum emudisk_call {
	EMUDISK_READ,
	EMUDISK_WRITE,
	EMUDISK_FLUSH,
	EMUDISK_CALL_COUNT
};

enum emudisk_fault {
	EMUDISK_FAIL,	/* returns -ERR_IO, changes nothing */
	EMUDISK_PRETEND /* returns 0, but: leaves the reader's buffer alone;
			   drops the write; makes nothing durable */
};

struct emudisk_plan {
	enum emudisk_fault fault;
	uint64_t first; /* number of the call, counted from 1; 0 = never */
	uint64_t last;
};

struct emudisk {
	struct disk disk;     /* first member; writable, not removable */
	unsigned char *bytes; /* disk.size_bytes of them, as a reader sees them;
				 tests may change them; NULL if size is 0 */
	struct disk_counts counts; /* every call, failed or not */
	bool is_off;		   /* the power was cut: every call fails */
	bool is_gone;		   /* it disappeared: every call fails */
	uint64_t bad_from; /* reads that touch [bad_from, bad_to) fail; */
	uint64_t bad_to;   /* tests may set both */
	bool bad_heals;	   /* a write over all of it makes it good again */

	/* private */
	struct emudisk_plan plans[EMUDISK_CALL_COUNT];
	uint64_t gone_from; /* number of the call of any kind; 0 = never */
	struct emudisk_power own_power;
	struct emudisk_power *power; /* NULL: its own */
};

/** emudisk_open - a disk full of zeros; 0 or -ERR_NO_MEMORY */
int emudisk_open(struct emudisk *e, uint64_t size_bytes, uint32_t block_bytes);

/**
 * emudisk_load - a disk with the content of the file @path
 *
 * Takes no time even for big files; the file itself is never changed.  Returns
 * 0; -ERR_NOT_FOUND if it cannot be opened; -ERR_NO_MEMORY.
 */
int emudisk_load(struct emudisk *e, const char *path, uint32_t block_bytes);

/** emudisk_clone - the same bytes again, no faults; 0 or -ERR_NO_MEMORY */
int emudisk_clone(struct emudisk *e, const struct emudisk *from);

/** emudisk_save - write the content to the file @path, sparse; 0 or -ERR_IO */
int emudisk_save(const struct emudisk *e, const char *path);

/**
 * emudisk_plan_fault - let calls fail
 * @nth:	  1 = the next call of this kind, 2 = the one after it, ...;
 *		  0 = none: forget the plan
 * @from_then_on: that call and all later ones, not only that one
 *
 * Each kind of call has one plan; the latest counts.
 */
void emudisk_plan_fault(struct emudisk *e, enum emudisk_call call,
	enum emudisk_fault fault, uint64_t nth, bool from_then_on);

/**
 * emudisk_plan_loss - let the disk disappear, as a pulled cable does
 * @nth: 1 = the next call of any kind fails, and all after it; 0 = never
 *
 * What was written before stays written.
 */
void emudisk_plan_loss(struct emudisk *e, uint64_t nth);

/**
 * emudisk_plan_cut - emudisk_power_plan_cut() for the disk's power supply
 *
 * Of a disk that is not attached to one, its own: @nth counts its writes.
 */
void emudisk_plan_cut(
	struct emudisk *e, uint64_t nth, enum emudisk_cut model, uint64_t seed);

/** emudisk_cut_choices - emudisk_power_choices() of that power supply */
uint64_t emudisk_cut_choices(const struct emudisk *e);

/**
 * emudisk_attach - feed the disk from @p, which must outlive it
 *
 * emudisk_close() detaches it.  Attach it again after opening it again.
 */
void emudisk_attach(struct emudisk *e, struct emudisk_power *p);

/**
 * emudisk_reset - there again, power on, no plans, no bad range, all counts 0
 *
 * Of an attached disk this is not enough: emudisk_power_reset().
 */
void emudisk_reset(struct emudisk *e);

/** emudisk_close - accepts a zeroed or half-made disk */
void emudisk_close(struct emudisk *e);

#endif
