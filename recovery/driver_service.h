/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The services of a Windows that are kernel drivers: which one loads a driver
 * file, and when.
 *
 * Sources: learn.microsoft.com, "HKLM\SYSTEM\CurrentControlSet\Services
 * Registry Tree" and the parameters of CreateService.
 */
#ifndef RECOVERY_DRIVER_SERVICE_H
#define RECOVERY_DRIVER_SERVICE_H

#include "recovery/hive_facts.h"

enum service_start {
	SERVICE_BOOT_START = 0,	  /* loaded by winload */
	SERVICE_SYSTEM_START = 1, /* ... by the kernel, as it starts */
	SERVICE_AUTO_START = 2,
	SERVICE_DEMAND_START = 3,
	SERVICE_DISABLED = 4
};

enum service_type {
	SERVICE_KERNEL_DRIVER = 1,
	SERVICE_FILE_SYSTEM_DRIVER = 2,
	SERVICE_RECOGNIZER_DRIVER = 8
};

/* A number that is not there is FACT_ABSENT, a text "". */
struct driver_service {
	char name[HIVE_NAME_BYTES];
	uint32_t start; /* enum service_start */
	uint32_t type;	/* enum service_type */
	uint32_t error_control;
	char image_path[FACT_PATH_BYTES];
	char group[FACT_TEXT_BYTES];
};

/**
 * driver_service_read - the service called @name
 * @control_set: from system_facts_read()
 *
 * Returns 0; -ERR_NOT_FOUND, also for what is no driver; otherwise as
 * hive_find() and the readers of values.
 */
int driver_service_read(struct hive *h, const struct hive_key *control_set,
	const char *name, struct driver_service *ret);

/**
 * driver_service_find - the service that loads the file @module
 * @module: "csagent.sys", as dumps and policies name it
 *
 * A service without an image path loads System32\drivers\NAME.sys.  The one
 * that is called like the file is tried first; only if it loads another, or is
 * none, are all of them looked at.
 *
 * Returns as driver_service_read().
 */
int driver_service_find(struct hive *h, const struct hive_key *control_set,
	const char *module, struct driver_service *ret);

/** driver_service_count - services of any kind; as hive_find() */
int driver_service_count(
	struct hive *h, const struct hive_key *control_set, uint32_t *ret);

#endif
