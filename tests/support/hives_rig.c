/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/hives_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SYSTEM                                                                 \
	"{'Select': {'Current': 1}, 'ControlSet001/Services/beep': {'Type': "  \
	"1}}"
/* Installed just before the crash: only the logs have it. */
#define DRIVER "{'ControlSet001/Services/csagent': {'Type': 1, 'Start': 1}}"
#define SOFTWARE                                                               \
	"{'Microsoft/Windows NT/CurrentVersion': {'CurrentBuildNumber': "      \
	"'22631', 'SystemRoot': 'C:\\\\Windows'}}"

#define FOLDERS                                                                \
	"dir /Windows\ndir /Windows/System32\ndir /Windows/System32/config\n"

struct hives_rig hives;

int hives_setup(void **state)
{
	const char *system[] = {SYSTEM, DRIVER, NULL};
	const char *software[] = {SOFTWARE, NULL};

	(void)state;
	hive_make(&hives.system, system);
	hive_make(&hives.software, software);
	memset(&hives.facts, 0, sizeof(hives.facts));
	strcpy(hives.manifest, FOLDERS);
	return 0;
}

int hives_teardown(void **state)
{
	(void)state;
	hive_free(&hives.system);
	hive_free(&hives.software);
	mounted_close(&hives.mounted);
	return 0;
}

/* Volumes are remembered by their manifests: no name comes twice. */
void hives_put_file(const char *name, const struct emudisk *e)
{
	static unsigned int number;
	char host[32];
	char line[512];

	if (!e->disk.size_bytes)
		return;
	snprintf(host, sizeof(host), "file-%u", number++);
	snprintf(line, sizeof(line), "file " CONFIG "%s host %s\n", name,
		make_image_file(host, e->bytes, (size_t)e->disk.size_bytes));
	strcat(hives.manifest, line);
}

void hives_put(const char *name, const struct made_hive *h)
{
	char log[32];

	hives_put_file(name, &h->primary);
	for (int i = 0; i < 2; i++) {
		snprintf(log, sizeof(log), "%s.LOG%d", name, i + 1);
		hives_put_file(log, &h->logs[i]);
	}
}

void hives_mount(uint64_t size_bytes)
{
	struct image_plan plan = {
		.manifest = hives.manifest, .size_bytes = size_bytes};

	mounted_open(&hives.mounted, &plan);
}

void hives_mount_both(void)
{
	hives_put("SYSTEM", &hives.system);
	hives_put("SOFTWARE", &hives.software);
	hives_mount(0);
}

void hives_observe(unsigned int want)
{
	memset(&hives.facts, 0, sizeof(hives.facts));
	observe_hives(&hives.facts, &hives.mounted.volume, want, "csagent.sys");
}

void hives_expect(enum source_state system, enum source_state service,
	enum source_state version)
{
	assert_int_equal(hives.facts.system_state, system);
	assert_int_equal(hives.facts.service_state, service);
	assert_int_equal(hives.facts.version_state, version);
}

bool hives_have_sign(enum hive_sign sign, const char *hive, uint32_t number)
{
	for (size_t i = 0; i < hives.facts.health.count; i++) {
		const struct hive_finding *f = &hives.facts.health.findings[i];

		if (f->sign == sign && !strcmp(f->hive, hive) &&
			f->number == number)
			return true;
	}
	return false;
}
