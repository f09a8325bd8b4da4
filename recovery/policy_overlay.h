/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Site overlays: what one site changes in the policy of all.  Device-tree
 * overlays as dtc makes them, merged by libfdt.
 */
#ifndef RECOVERY_POLICY_OVERLAY_H
#define RECOVERY_POLICY_OVERLAY_H

#include <stddef.h>
#include <stdint.h>

#define POLICY_OVERLAY_COMPATIBLE "loopbreaker,policy-overlay-1"

/*
 * libfdt walks an overlay with a recursive function: this is how deep it may
 * get.  A policy has two levels below its root, an overlay of it three more.
 */
#define POLICY_OVERLAY_MAX_DEPTH 16

/*
 * An overlay says where it belongs by "target-path"; references by label are
 * not supported, so it is compiled without "dtc -@".
 */

/**
 * policy_overlay_check - is this an overlay, and for which policy?
 * @overlay:	@len bytes, aligned to 8
 * @ret_serial: the serial of the one policy it may be applied to
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT (also: too deep), -ERR_UNSUPPORTED
 * (another "compatible", or references), -ERR_TOO_LARGE.
 */
int policy_overlay_check(const void *overlay, size_t len, uint32_t *ret_serial);

/**
 * policy_overlay_merge - apply a checked overlay to a checked policy
 * @base:    left as it is
 * @overlay: is destroyed
 * @room:    @cap bytes, aligned to 8, for the merged tree
 *
 * The merged tree has not been checked: policy_check() is next.  Returns 0 and
 * its length; -ERR_TOO_LARGE if @room is too small; -ERR_CORRUPT if the overlay
 * does not fit the policy.
 */
int policy_overlay_merge(const void *base, void *overlay, void *room,
	size_t cap, size_t *ret_len);

#endif
