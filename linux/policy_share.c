/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number of one PC, as its firmware computes it. */
#include <stdio.h>

#include "linux/command.h"
#include "linux/machine_name.h"
#include "linux/policy_tool.h"
#include "storage/guid.h"

int policy_tool_share(const struct policy_options *o)
{
	uint8_t id[SHARE_ID_BYTES], mac[SHARE_MAC_BYTES];
	bool has_id = o->uuid != NULL;

	if (!o->uuid && !o->mac)
		return command_usage(
			&verb_policy, "--uuid or --mac is missing", "");
	if (o->uuid && machine_name_uuid(o->uuid, id) < 0)
		return command_usage(&verb_policy,
			"a UUID has 32 hexadecimal digits, not ", o->uuid);
	if (o->mac && machine_name_mac(o->mac, mac) < 0)
		return command_usage(&verb_policy,
			"the address of a card has 12 hexadecimal digits, not ",
			o->mac);
	if (has_id && guid_is_none(id))
		has_id = false; /* firmware says so where it has none */
	if (!has_id && !o->mac) {
		fputs("loopbreaker: this UUID means that there is none; "
		      "without --mac the PC has no number.\n",
			stderr);
		return EXIT_BAD_INPUT;
	}
	printf("%lu\n", (unsigned long)share_number(
				has_id ? id : NULL, o->mac ? mac : NULL));
	return EXIT_DONE;
}
