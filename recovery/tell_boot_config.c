/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what starts next: which Windows, and whether it is being serviced.
 */
#include "recovery/observe_boot_config.h"
#include "recovery/tell.h"

#include <stdio.h>

#include "storage/err.h"
#include "storage/filetime.h"

static const char *choice_text(enum windows_choice choice)
{
	switch (choice) {
	case CHOICE_NOT_ASKED:
		return "not-asked";
	case CHOICE_NO_CONFIG:
		return "no-config";
	case CHOICE_UNKNOWN:
		return "unknown";
	case CHOICE_DEFAULT:
		return "default";
	case CHOICE_ELSEWHERE:
		return "elsewhere";
	}
	return "unknown";
}

static void report_boot_config(const struct platform *p,
	const struct windows *w, const struct observation *o)
{
	const struct boot_config *c = &o->boot_config;
	const struct servicing_signs *s = &o->servicing;
	char time[FILETIME_TEXT_BYTES];
	struct report_line l;

	report_begin(&l, "boot_config");
	report_string(&l, "state", tell_source_text(c->state));
	if (c->state == SOURCE_FAILED)
		report_string(&l, "error", err_text(c->err));
	report_string(&l, "choice", choice_text(w->choice));
	if (c->state == SOURCE_READ) {
		report_bool(&l, "one_time", c->has_one_time);
		report_bool(&l, "recovery_off", boot_config_never_diverts(c));
	}
	if (s->was_looked_for)
		report_string(
			&l, "pending_xml", tell_source_text(s->pending_state));
	if (s->pending_state == SOURCE_READ)
		report_string(&l, "pending_xml_time",
			filetime_text(s->pending_at, time));
	tell_send(p, &l);
}

/* The place of the default, which is none of those found. */
static void say_elsewhere(const struct platform *p, const struct bcd_device *d)
{
	char place[2 * GUID_TEXT_BYTES + 40];

	if (d->kind == BCD_DEVICE_FILE) {
		tell(p, SAY_WARNING,
			"By its boot configuration this PC starts a Windows "
			"out of a file (a virtual disk or RAM disk), which "
			"Loopbreaker does not open.");
		return;
	}
	if (d->kind == BCD_DEVICE_MBR)
		(void)snprintf(place, sizeof(place), "at byte %llu of disk %s",
			(unsigned long long)d->offset_bytes, d->disk);
	else
		(void)snprintf(place, sizeof(place), "%s of disk %s",
			d->partition, d->disk);
	tell(p, SAY_WARNING,
		"By its boot configuration this PC starts the Windows of "
		"partition %s: no Windows that can be opened is there.",
		place);
}

/* Why nothing decides. */
static void say_unknown(const struct platform *p, const struct boot_config *c)
{
	const char *why = "its default is on no partition of a disk";

	if (c->state == SOURCE_FAILED)
		why = err_text(c->err);
	else if (c->default_err == -ERR_NOT_FOUND)
		why = "its default is not in it";
	else if (c->default_err < 0)
		why = "its default is damaged, or no Windows";
	tell(p, SAY_WARNING,
		"The boot configuration does not tell which Windows this PC "
		"starts: %s.",
		why);
}

static void say_choice(const struct platform *p, const struct windows *w,
	const struct observation *o)
{
	switch (w->choice) {
	case CHOICE_NOT_ASKED:
		break;
	case CHOICE_NO_CONFIG:
		if (o->evidence.windows != WINDOWS_ONE)
			tell(p, SAY_WARNING,
				"No boot configuration (BCD) was found that "
				"would tell which Windows this PC starts.");
		break;
	case CHOICE_UNKNOWN:
		if (o->evidence.windows != WINDOWS_ONE)
			say_unknown(p, &o->boot_config);
		break;
	case CHOICE_DEFAULT:
		if (w->windows_volumes > 1)
			tell(p, SAY_INFO,
				"There are %u volumes with a Windows; by its "
				"boot configuration this PC starts this one.",
				w->windows_volumes);
		break;
	case CHOICE_ELSEWHERE:
		say_elsewhere(p, &o->boot_config.loader.device);
		break;
	}
}

static void say_servicing(
	const struct platform *p, const struct servicing_signs *s)
{
	char time[FILETIME_TEXT_BYTES];

	if (s->has_one_time)
		tell(p, SAY_INFO,
			"The boot manager was told to start something else "
			"once, as set-up and recovery do.");
	if (s->pending_state == SOURCE_READ)
		tell(p, SAY_INFO,
			"Windows has servicing to finish at its next start "
			"(pending.xml, changed %s).",
			filetime_text(s->pending_at, time));
	if (s->pending_state == SOURCE_FAILED)
		tell(p, SAY_WARNING,
			"Whether Windows has servicing to finish could not be "
			"seen (pending.xml).");
}

void tell_boot_config(const struct platform *p, const struct windows *w,
	const struct observation *o)
{
	const struct boot_config *c = &o->boot_config;

	if (!c->was_looked_for)
		return;
	report_boot_config(p, w, o);
	say_choice(p, w, o);
	say_servicing(p, &o->servicing);
	if (boot_config_never_diverts(c))
		tell(p, SAY_WARNING,
			"Automatic Repair is switched off in the boot "
			"configuration: a Windows that crashes starts again "
			"and again. Whoever attacks a PC does that, too.");
}
