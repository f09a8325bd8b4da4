/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume with the registry of a Windows, for tests of what is read from it.
 * Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_HIVES_RIG_H
#define TESTS_SUPPORT_HIVES_RIG_H

#include "recovery/observe_hives.h"
#include "tests/support/hive_maker.h"
#include "tests/support/mounted.h"

#define ALL    (HIVES_SYSTEM | HIVES_SERVICE | HIVES_VERSION | HIVES_HEALTH)
#define CONFIG "/Windows/System32/config/"

/* What Windows leaves of transactions, for the manifest. */
#define TXR CONFIG "TxR/{1}.TxR."
#define TXR_FILES                                                              \
	"dir " CONFIG "TxR\nfile " TXR "0.regtrans-ms text x\n"                \
	"file " TXR "1.regtrans-ms text x\nfile " TXR "blf text x\n"           \
	"file " CONFIG "TxR/{1}.TM.blf text x\n"

struct hives_rig {
	/* Dirty: csagent was installed just before the crash, and only the
	 * logs have it. */
	struct made_hive system;
	struct made_hive software;
	char manifest[4096]; /* of the volume; the folders to begin with */
	struct mounted mounted;
	struct windows_facts facts; /* as hives_observe() has read them */
};

extern struct hives_rig hives;

/** hives_setup, hives_teardown - for cmocka: two hives, no volume yet */
int hives_setup(void **state);
int hives_teardown(void **state);

/** hives_put_file - a file of the CONFIG folder; none if @e is empty */
void hives_put_file(const char *name, const struct emudisk *e);

/** hives_put - a hive and its logs, there */
void hives_put(const char *name, const struct made_hive *h);

/** hives_mount - a volume of what was put; @size_bytes: 0 for IMAGE_BYTES */
void hives_mount(uint64_t size_bytes);

/** hives_mount_both - with hives.system and hives.software */
void hives_mount_both(void);

/** hives_observe - observe_hives() with csagent.sys as the one blamed */
void hives_observe(unsigned int want);

/** hives_expect - that these states were found */
void hives_expect(enum source_state system, enum source_state service,
	enum source_state version);

/** hives_have_sign - is this among the findings? */
bool hives_have_sign(enum hive_sign sign, const char *hive, uint32_t number);

#endif
