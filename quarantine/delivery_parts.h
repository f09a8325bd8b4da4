/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of listing deliveries share.  Nobody else includes this.
 *
 *   delivery.c		what is in a rule's folder; what is left alone
 *   delivery_moved.c	what holds have moved out of it
 */
#ifndef QUARANTINE_DELIVERY_PARTS_H
#define QUARANTINE_DELIVERY_PARTS_H

#include "quarantine/delivery.h"
#include "quarantine/folder_list.h"

/* One rule, and what the listing of its folder needs. */
struct reading {
	struct volume *v;
	const struct rule *rule;
	struct content content;
	struct folder_list names;
	struct delivery_list *list;
	size_t first; /* of this rule's deliveries */
};

/** delivery_grow_held - make room for @more; 0, or -ERR_ */
int delivery_grow_held(struct delivery_list *list, size_t more);

/**
 * delivery_list_moved - add what lies in the folders beside the rule's
 *
 * After the deliveries of the rule: one that is still among them is only marked
 * as a half.  The rule's own folder may be open.
 */
int delivery_list_moved(struct reading *r);

#endif
