/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what was delivered: when, who says so, and why it is left alone. */
#include "recovery/tell.h"

#include "storage/filetime.h"

static const char *dated_by(enum delivery_source source)
{
	switch (source) {
	case DELIVERY_BY_INDEX:
		break;
	case DELIVERY_BY_RECORD:
		return "record";
	case DELIVERY_BY_JOURNAL:
		return "journal";
	}
	return "index";
}

static const char *left_name(enum delivery_left left)
{
	switch (left) {
	case DELIVERY_NOT_LEFT:
		break;
	case DELIVERY_LEFT_BARRED:
		return "barred";
	case DELIVERY_LEFT_LAST:
		return "last";
	}
	return NULL;
}

static const char *left_phrase(enum delivery_left left)
{
	switch (left) {
	case DELIVERY_NOT_LEFT:
		break;
	case DELIVERY_LEFT_BARRED:
		return ": left alone, it brings what is never held";
	case DELIVERY_LEFT_LAST:
		return ": left alone, one generation has to remain";
	}
	return "";
}

static void report_delivery(struct report_line *l, const struct delivery *d)
{
	char time[FILETIME_TEXT_BYTES];

	report_begin(l, "delivery");
	report_string(l, "vendor", d->rule->vendor);
	report_string(l, "folder", d->rule->folder);
	report_string(l, "name", d->name);
	report_string(l, "delivered", filetime_text(d->delivered_at, time));
	report_string(l, "dated_by", dated_by(d->source));
	if (d->lsn)
		report_number(l, "lsn", d->lsn);
	report_number(l, "bytes", d->size_bytes);
}

static void tell_delivery(const struct platform *p, const struct delivery *d)
{
	char time[FILETIME_TEXT_BYTES];
	struct report_line l;

	report_delivery(&l, d);
	if (d->left != DELIVERY_NOT_LEFT)
		report_string(&l, "left_alone", left_name(d->left));
	tell_send(p, &l);
	tell(p, SAY_INFO, "Delivered %s: %s/%s%s",
		filetime_text(d->delivered_at, time), d->rule->folder, d->name,
		left_phrase(d->left));
}

void tell_deliveries(const struct platform *p, const struct observation *o)
{
	const struct delivery_list *list = &o->deliveries;
	char path[TELL_PATH_BYTES];
	size_t i;

	for (i = 0; i < list->delivery_count; i++)
		tell_delivery(p, &list->deliveries[i]);
	for (i = 0; i < o->left.delivery_count; i++)
		tell_delivery(p, &o->left.deliveries[i]);
	for (i = 0; i < list->held_count; i++) {
		hold_path(list->held[i].rule->folder, list->held[i].name, path,
			sizeof(path));
		tell(p, SAY_INFO, "On hold: %s", path);
	}
}

/* --- What came of them -----------------------------------------------------
 */

static bool is_in_set(const struct decision *d, size_t delivery)
{
	size_t i;

	for (i = 0; i < d->set_count; i++)
		if (d->set[i] == delivery)
			return true;
	return false;
}

static void report_candidate(const struct platform *p, const struct delivery *d,
	const struct decision *decision, bool is_taken)
{
	const char *why = left_name(d->left);
	struct report_line l;

	if (!why)
		why = decision->set_count ? "not-to-blame" : "nothing-is-held";
	report_delivery(&l, d);
	report_bool(&l, "to_hold", is_taken);
	if (!is_taken)
		report_string(&l, "left_alone", why);
	tell_send(p, &l);
}

void tell_candidates(const struct platform *p, const struct observation *o,
	const struct decision *d, uint32_t window_hours)
{
	const struct boot_status *s = &o->evidence.boot_status;
	const struct delivery_list *list = &o->deliveries;
	uint64_t window = window_hours * FILETIME_TICKS_PER_HOUR;
	uint64_t since = s->heartbeat > window ? s->heartbeat - window : 0;
	size_t i;

	for (i = 0; i < list->delivery_count; i++)
		if (list->deliveries[i].delivered_at >= since ||
			is_in_set(d, i))
			report_candidate(
				p, &list->deliveries[i], d, is_in_set(d, i));
	for (i = 0; i < o->left.delivery_count; i++)
		if (o->left.deliveries[i].delivered_at >= since)
			report_candidate(p, &o->left.deliveries[i], d, false);
}
