/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy: thresholds, limits, modes and vendor rules, as a flattened device
 * tree (source: images/policy/default.dts, compiled by dtc, read by libfdt).
 * docs/policy.md is its reference for people.
 */
#ifndef RECOVERY_POLICY_H
#define RECOVERY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarantine/rule.h"
#include "recovery/share.h"

#define POLICY_COMPATIBLE "loopbreaker,policy-1"
#define POLICY_MAX_BYTES  65536
#define POLICY_MAX_RULES  16

/* 0 in the record means that no policy was ever in force. */
#define POLICY_MIN_SERIAL 1

/* Bounds a policy may not leave, whoever wrote it. */
#define POLICY_MIN_CRASHES	2
#define POLICY_MAX_CRASHES	10
#define POLICY_MIN_WINDOW_HOURS 1
#define POLICY_MAX_WINDOW_HOURS 720
#define POLICY_MIN_FILES	1
#define POLICY_MAX_FILES	64
#define POLICY_MIN_RUNG		1
#define POLICY_MAX_RUNG		3
#define POLICY_DEFAULT_RUNG	2

/* What files of the network may take together. */
#define POLICY_MIN_NETWORK_SECONDS     1
#define POLICY_MAX_NETWORK_SECONDS     120
#define POLICY_DEFAULT_NETWORK_SECONDS 20

/* From where Loopbreaker was started. */
enum policy_origin {
	POLICY_ORIGIN_INSTALLED, /* the PC's own disk */
	POLICY_ORIGIN_REMOVABLE, /* a stick, a CD */
	POLICY_ORIGIN_NETWORK,
	POLICY_ORIGIN_COUNT
};

/* On whose word a hold may be made. */
enum policy_word {
	POLICY_WORD_PERSON = 1,	 /* somebody at the keyboard says so */
	POLICY_WORD_ORDER = 2,	 /* an accepted incident order names the file */
	POLICY_WORD_EVIDENCE = 4 /* two sources agree; nobody is asked */
};

/*
 * Sets of these words, so that the stricter of any two modes is "a & b": of
 * POLICY_ASK and POLICY_SIGNED_ORDER_ONLY it is POLICY_DETECT_ONLY.
 */
enum policy_mode {
	POLICY_DETECT_ONLY = 0,
	POLICY_ASK = POLICY_WORD_PERSON,
	POLICY_SIGNED_ORDER_ONLY = POLICY_WORD_ORDER,
	POLICY_ACT =
		POLICY_WORD_PERSON | POLICY_WORD_ORDER | POLICY_WORD_EVIDENCE
};

struct policy {
	uint32_t serial;
	uint64_t expires;      /* FILETIME, UTC; 0: never */
	const char *site;      /* whose PCs these are, for orders; or NULL */
	uint32_t crashes;      /* crashed sessions in a row before acting */
	uint32_t window_hours; /* blame window before the crash */
	uint32_t max_files;    /* a larger set is not one delivery: refuse */
	uint32_t max_rung;     /* of the ladder: POLICY_MIN_RUNG .. _MAX_RUNG */
	uint32_t share;	       /* of the PCs: without a person only those act
				  whose number is below; 0 .. SHARE_ALL */
	uint32_t network_seconds;
	enum policy_mode mode[POLICY_ORIGIN_COUNT];
	struct rule rules[POLICY_MAX_RULES];
	size_t rule_count;
};

/**
 * policy_check - parse a policy
 * @blob: @len hostile bytes; must stay where they are as long as *@ret is
 *	  used, whose strings point into it.  Aligned to 8 bytes.
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT, -ERR_UNSUPPORTED (another
 * "compatible", unit or mode), -ERR_TOO_LARGE (a value outside the bounds
 * above).  *@ret is written only on success.
 */
int policy_check(const void *blob, size_t len, struct policy *ret);

/** policy_may - may a hold be made on this word? */
bool policy_may(enum policy_mode mode, enum policy_word word);

/** policy_mode_text - "detect-only", "ask", "signed-order-only", "act" */
const char *policy_mode_text(enum policy_mode mode);

/** policy_origin_text - "installed", "removable", "network" */
const char *policy_origin_text(enum policy_origin origin);

/** policy_builtin - the compiled-in default policy's bytes */
const void *policy_builtin(size_t *ret_len);

#endif
