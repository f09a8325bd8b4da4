/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/machine.h"

#include <stdio.h>

#include "efi/smbios.h"
#include "recovery/report.h"

static void mac_text(const uint8_t *mac, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void add(struct report_line *l, const char *key, const char *value)
{
	if (value[0])
		report_string(l, key, value);
}

void machine_tell(struct front *f)
{
	const struct network_path *path = &f->network.path;
	struct syslog_sender *s = &f->sender;
	uint8_t id[SMBIOS_ID_BYTES];
	struct report_line line;

	(void)smbios_text_get(
		f->fw, SMBIOS_SERIAL, s->serial, sizeof(s->serial));
	(void)smbios_text_get(f->fw, SMBIOS_MODEL, s->model, sizeof(s->model));
	if (!smbios_id_get(f->fw, id))
		(void)guid_text(id, s->uuid);
	if (path->has_mac)
		mac_text(path->mac, s->mac, sizeof(s->mac));
	report_begin(&line, "machine");
	add(&line, "serial", s->serial);
	add(&line, "uuid", s->uuid);
	add(&line, "model", s->model);
	add(&line, "mac", s->mac);
	console_report(&f->console, report_end(&line));
}
