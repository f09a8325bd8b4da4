/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signed incident order: during an incident, the owner of a fleet names the
 * bad files, and a guess becomes a certainty.  A flattened device tree, signed
 * like a policy (recovery/signature.h); docs/policy.md is its reference.
 *
 * Not to be mixed up with struct order (recovery/run.h), which is what a person
 * at one PC asks for.
 */
#ifndef RECOVERY_INCIDENT_ORDER_H
#define RECOVERY_INCIDENT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarantine/delivery.h"
#include "recovery/share.h"
#include "recovery/signature.h"

#define INCIDENT_ORDER_COMPATIBLE "loopbreaker,incident-order-1"
#define INCIDENT_ORDER_MAX_BYTES  16384
#define INCIDENT_ORDER_MAX_NAMES  32
#define INCIDENT_ORDER_MAX_HASHES 32
#define INCIDENT_ORDER_MAX_SITES  32
/* From issued to expires: an order that is forgotten ends by itself. */
#define INCIDENT_ORDER_MAX_DAYS 30
/* Of a file whose hash is asked for, and of all of them together. */
#define INCIDENT_ORDER_MAX_FILE_BYTES (64u << 20)
#define INCIDENT_ORDER_MAX_READ_BYTES (256u << 20)

#define INCIDENT_HASH_BYTES 32 /* SHA-256 */
#define INCIDENT_ALL_PCS    SHARE_ALL

struct incident_order {
	uint32_t serial;   /* above that of every order before it; not 0 */
	const char *about; /* for people: "INC-4711: channel file 291" */
	uint64_t issued;   /* FILETIME, UTC */
	uint64_t expires;
	uint64_t delivered_from;  /* files delivered from here ... */
	uint64_t delivered_until; /* ... to here, both included */
	const char *names[INCIDENT_ORDER_MAX_NAMES]; /* exact; none: any name */
	size_t name_count;
	const uint8_t *hashes; /* hash_count x INCIDENT_HASH_BYTES; none: any */
	size_t hash_count;
	const char *sites[INCIDENT_ORDER_MAX_SITES]; /* none: every site */
	size_t site_count;
	uint32_t share; /* per mille of the PCs: 1 .. INCIDENT_ALL_PCS */
};

/**
 * incident_order_check - parse an incident order, whoever signed it
 * @blob: @len hostile bytes, aligned to 8; must stay where they are as long as
 *	  *@ret is used
 *
 * An order names files or hashes, or both; never nothing.  Returns 0;
 * -ERR_TRUNCATED, -ERR_CORRUPT, -ERR_UNSUPPORTED, -ERR_TOO_LARGE.  *@ret is
 * written only on success.
 */
int incident_order_check(
	const void *blob, size_t len, struct incident_order *ret);

/* --- Is it for this PC, now? ---------------------------------------------- */

enum incident_verdict {
	INCIDENT_NONE, /* no order was handed in */
	INCIDENT_ACCEPTED,
	INCIDENT_UNREADABLE, /* it is there but could not be read */
	INCIDENT_NO_KEY,     /* this program knows no key to check it with */
	INCIDENT_FORGED,     /* not signed with a known key */
	INCIDENT_MALFORMED,  /* signed, but not an order we understand */
	INCIDENT_NO_CLOCK,   /* nothing shows whether it has expired */
	INCIDENT_EXPIRED,
	INCIDENT_STALE,	      /* a later order was followed already */
	INCIDENT_REPLAYED,    /* this very order was followed already */
	INCIDENT_OTHER_SITE,  /* addressed to other sites than the policy's */
	INCIDENT_OTHER_SHARE, /* this PC is not in the share addressed */
	INCIDENT_NO_HASHES,   /* the files it may mean could not all be read */
	INCIDENT_VERDICT_COUNT
};

/* What a PC knows when it is handed an order. */
struct incident_situation {
	const struct signature_keys *keys;
	/*
	 * The latest time that anything trustworthy shows, FILETIME; 0: no
	 * clock at all (recovery/policy_choose.h has the reasons).
	 */
	uint64_t now;
	uint32_t last_serial;	   /* of the own record */
	const char *site;	   /* of the policy in force; or NULL */
	const uint8_t *machine_id; /* NULL: this machine has none */
	size_t machine_id_len;
};

/**
 * incident_order_judge - check the signature, parse, and decide whether to obey
 * @blob, @len: as for incident_order_check(); @len 0: there is none
 * @ret_order:	what the order says; valid for INCIDENT_ACCEPTED and every
 *		verdict behind INCIDENT_MALFORMED, otherwise all zero
 *
 * Pure but for memory that the signature check wants for itself.  Total.
 */
enum incident_verdict incident_order_judge(const void *blob, size_t len,
	const void *signature, size_t signature_len,
	const struct incident_situation *s, struct incident_order *ret_order);

/** incident_verdict_name - the stable name for the report: "other-site" */
const char *incident_verdict_name(enum incident_verdict v);

/** incident_verdict_text - one sentence for people */
const char *incident_verdict_text(enum incident_verdict v);

/**
 * incident_order_draw - the number of a PC in the lot for shares: 0 .. 999
 * @serial: of the order, so that it is not always the same PCs that go first
 *
 * A PC is addressed if its number is below the share.  The first four bytes of
 * SHA-256(serial, big-endian, then the id), big-endian, modulo 1000.
 */
uint32_t incident_order_draw(
	const uint8_t *machine_id, size_t len, uint32_t serial);

/* --- Which files does it mean? ------------------------------------------- */

enum incident_match {
	INCIDENT_NO_MATCH,
	INCIDENT_MATCH,
	INCIDENT_NEEDS_HASH /* all fits so far; ask again with the hash */
};

/**
 * incident_order_matches - does the order mean this delivery?
 * @hash: SHA-256 of all its content (INCIDENT_HASH_BYTES), or NULL if it has
 *	  not been read
 *
 * The delivery time must lie within the order's range; the name must be one of
 * its names, if it has any (ASCII letters without regard to case); the hash one
 * of its hashes, if it has any.  Only what a rule of the policy makes a
 *delivery can be meant: an order never reaches a file that the policy does not.
 */
enum incident_match incident_order_matches(const struct incident_order *o,
	const struct delivery *d, const uint8_t *hash);

#endif
