/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a BitLocker volume says about itself, without any key. */
#include <stdio.h>
#include <stdlib.h>

#include "linux/bitlocker_tool.h"
#include "linux/command.h"
#include "recovery/report.h"
#include "storage/filetime.h"

static unsigned int good_copies(const struct bitlocker_metadata *m)
{
	unsigned int good = 0;
	size_t i;

	for (i = 0; i < BITLOCKER_COPIES; i++)
		good += m->is_copy_good[i];
	return good;
}

static const char *access_word(const struct bitlocker_metadata *m)
{
	if (m->no_read != BITLOCKER_ACCEPTED)
		return "refused";
	return m->no_write == BITLOCKER_ACCEPTED ? "read-write" : "read-only";
}

/* --- For people ---------------------------------------------------------- */

/* U+0080 to U+009F begin commands as ESC does; in UTF-8: C2 80 to C2 9F. */
static bool is_late_control(const unsigned char *at)
{
	return at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F;
}

/* From a stranger's disk, and terminals obey what they are sent. */
static void print_stranger(const char *text)
{
	const unsigned char *at;

	for (at = (const unsigned char *)text; *at; at++) {
		bool is_late = is_late_control(at);

		putchar(*at < ' ' || *at == 0x7F || is_late ? '?' : *at);
		at += is_late;
	}
}

static void print_access(const struct bitlocker_metadata *m)
{
	if (m->no_read != BITLOCKER_ACCEPTED)
		printf("  access      refused: %s\n",
			bitlocker_refusal_text(m->no_read));
	else if (m->no_write != BITLOCKER_ACCEPTED)
		printf("  access      read-only: %s\n",
			bitlocker_refusal_text(m->no_write));
	else
		puts("  access      read and write, once it is unlocked");
	if (bitlocker_is_suspended(m))
		puts("  unlocking   needs no key");
}

static void print_protectors(const struct bitlocker_metadata *m)
{
	char text[FILETIME_TEXT_BYTES];
	char guid[GUID_TEXT_BYTES];
	size_t i;

	for (i = 0; i < m->protector_count; i++) {
		const struct bitlocker_protector *p = &m->protectors[i];

		printf("  key ID      %s  %s, since %s\n",
			guid_text(p->guid, guid),
			bitlocker_protector_text(p->type),
			filetime_text(p->changed, text));
	}
}

static void print_block(const struct bitlocker_metadata *m)
{
	char text[FILETIME_TEXT_BYTES];
	char guid[GUID_TEXT_BYTES];

	printf("  volume      %s\n", guid_text(m->guid, guid));
	fputs("  named       ", stdout);
	print_stranger(m->description);
	printf("\n  created     %s\n", filetime_text(m->created, text));
	printf("  method      %s (0x%04x)\n", bitlocker_method_text(m->method),
		m->method);
	printf("  state       %s (%u to %u)\n", bitlocker_state_text(m->state),
		m->state, m->next_state);
	printf("  encrypted   %llu of %llu bytes\n",
		(unsigned long long)m->encrypted_bytes,
		(unsigned long long)m->volume_bytes);
}

static void print_volume(const char *image, const struct bitlocker_volume *v)
{
	const struct bitlocker_metadata *m = &v->metadata;

	if (v->partition)
		printf("Partition %u of %s\n", v->partition, image);
	else
		puts(image);
	if (m->sector_bytes)
		printf("  form        BitLocker%s, sectors of %lu bytes\n",
			m->is_to_go ? " To Go" : "",
			(unsigned long)m->sector_bytes);
	if (m->has_block)
		print_block(m);
	printf("  metadata    %u of %d copies are good\n", good_copies(m),
		BITLOCKER_COPIES);
	print_access(m);
	print_protectors(m);
}

/* --- For programs -------------------------------------------------------- */

static void report_protectors(
	struct report_line *l, const struct bitlocker_metadata *m)
{
	char text[FILETIME_TEXT_BYTES];
	char guid[GUID_TEXT_BYTES];
	size_t i;

	report_array_begin(l, "protectors");
	for (i = 0; i < m->protector_count; i++) {
		const struct bitlocker_protector *p = &m->protectors[i];

		report_object_begin(l, NULL);
		report_string(l, "key_id", guid_text(p->guid, guid));
		report_string(l, "kind", bitlocker_protector_text(p->type));
		report_hex(l, "type", p->type);
		report_string(l, "changed", filetime_text(p->changed, text));
		report_object_end(l);
	}
	report_array_end(l);
}

static void report_block(
	struct report_line *l, const struct bitlocker_metadata *m)
{
	char text[FILETIME_TEXT_BYTES];
	char guid[GUID_TEXT_BYTES];

	report_string(l, "volume", guid_text(m->guid, guid));
	report_string(l, "description", m->description);
	report_string(l, "created", filetime_text(m->created, text));
	report_string(l, "method", bitlocker_method_text(m->method));
	report_hex(l, "method_code", m->method);
	report_string(l, "state", bitlocker_state_text(m->state));
	report_number(l, "state_code", m->state);
	report_number(l, "next_state_code", m->next_state);
	report_number(l, "encrypted_bytes", m->encrypted_bytes);
}

static void report_volume(const struct bitlocker_volume *v)
{
	const struct bitlocker_metadata *m = &v->metadata;
	struct report_line l;

	report_begin(&l, "bitlocker");
	report_number(&l, "partition", v->partition);
	report_number(&l, "volume_bytes", m->volume_bytes);
	report_string(&l, "access", access_word(m));
	if (m->no_write != BITLOCKER_ACCEPTED)
		report_string(
			&l, "reason", bitlocker_refusal_word(m->no_write));
	report_bool(&l, "is_suspended", bitlocker_is_suspended(m));
	report_bool(&l, "is_to_go", m->is_to_go);
	report_number(&l, "sector_bytes", m->sector_bytes);
	report_number(&l, "good_copies", good_copies(m));
	if (m->has_block)
		report_block(&l, m);
	report_protectors(&l, m);
	puts(report_end(&l));
}

int bitlocker_info(const struct bitlocker_options *o)
{
	struct bitlocker_image image;
	int status = bitlocker_image_open(o->image, &image);
	size_t i;

	for (i = 0; i < image.count && !status; i++)
		if (o->is_json)
			report_volume(&image.volumes[i]);
		else
			print_volume(o->image, &image.volumes[i]);
	bitlocker_image_close(&image);
	return status;
}
