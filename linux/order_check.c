/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would a PC follow an incident order?  Asked as the firmware asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/host_clock.h"
#include "linux/machine_name.h"
#include "linux/order_tool.h"
#include "linux/signing.h"
#include "linux/whole_file.h"
#include "recovery/platform.h"
#include "storage/filetime.h"

static void print_words(
	const char *what, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		printf("%s%s", i ? ", " : what, words[i]);
	if (count)
		putchar('\n');
}

static void print_order(const struct incident_order *o)
{
	char text[FILETIME_TEXT_BYTES];

	printf("Order %lu: %s\n", (unsigned long)o->serial, o->about);
	printf("Issued: %s\n", filetime_text(o->issued, text));
	printf("Expires: %s\n", filetime_text(o->expires, text));
	printf("Delivered from: %s\n", filetime_text(o->delivered_from, text));
	printf("Delivered until: %s\n",
		filetime_text(o->delivered_until, text));
	print_words("Files: ", o->names, o->name_count);
	if (o->hash_count)
		printf("Contents: %zu\n", o->hash_count);
	print_words("Sites: ", o->sites, o->site_count);
	if (o->share != INCIDENT_ALL_PCS)
		printf("Share of the PCs: %lu per mille\n",
			(unsigned long)o->share);
}

/* What the PC in question knows, as far as we were told. */
static int read_situation(const struct order_options *o,
	struct incident_situation *s, uint8_t id[PLATFORM_ID_BYTES])
{
	long long last = o->last_serial ? order_tool_number("--last-serial",
						  o->last_serial)
					: 0;

	if (last < 0)
		return EXIT_USAGE;
	s->last_serial = (uint32_t)last;
	s->site = o->site;
	s->now = host_clock_now();
	if (!o->machine_id)
		return 0;
	if (machine_name_uuid(o->machine_id, id) < 0)
		return command_usage(&verb_order,
			"a machine's id has 32 hexadecimal digits, not ",
			o->machine_id);
	s->machine_id = id;
	s->machine_id_len = PLATFORM_ID_BYTES;
	return 0;
}

/* Would one of those follow it that it is addressed to? */
static bool is_addressed(
	const struct order_options *o, enum incident_verdict verdict)
{
	return verdict == INCIDENT_ACCEPTED ||
	       (o->is_any_pc && (verdict == INCIDENT_OTHER_SITE ||
					verdict == INCIDENT_OTHER_SHARE));
}

static int judge(const struct order_options *o, const void *bytes, size_t len,
	const struct incident_situation *s)
{
	struct incident_order order;
	enum incident_verdict verdict;
	void *signature;
	size_t signature_len;
	int status =
		signing_signature_read(o->file, &signature, &signature_len);

	if (status)
		return status;
	verdict = incident_order_judge(
		bytes, len, signature, signature_len, s, &order);
	free(signature);
	if (order.serial)
		print_order(&order);
	if (is_addressed(o, verdict)) {
		puts(o->is_any_pc ? "The incident order is signed, and valid "
				    "for the PCs that it is addressed to."
				  : incident_verdict_text(verdict));
		return EXIT_DONE;
	}
	fprintf(stderr, "loopbreaker: %s\n", incident_verdict_text(verdict));
	return verdict <= INCIDENT_MALFORMED ? EXIT_BAD_INPUT : EXIT_REFUSED;
}

int order_tool_check(const struct order_options *o)
{
	struct incident_situation s = {.now = 0};
	uint8_t id[PLATFORM_ID_BYTES] = {0};
	struct signing_keys keys;
	void *bytes = NULL;
	size_t len;
	int status;

	status = read_situation(o, &s, id);
	if (status)
		return status;
	status = signing_keys_read(o->keys, &keys);
	if (!status && whole_file_read(o->file, INCIDENT_ORDER_MAX_BYTES,
			       &bytes, &len) < 0)
		status = EXIT_IO;
	s.keys = &keys.keys;
	if (!status)
		status = judge(o, bytes, len, &s);
	free(bytes);
	signing_keys_free(&keys);
	return status;
}
