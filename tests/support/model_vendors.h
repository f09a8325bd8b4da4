/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two vendors whose content the models of a PC know (model_pc.h,
 * loop_model.h), each with one driver to blame.
 */
#ifndef TESTS_SUPPORT_MODEL_VENDORS_H
#define TESTS_SUPPORT_MODEL_VENDORS_H

#include "quarantine/rule.h"

#define MODEL_VENDORS 2

extern const struct rule model_vendors[MODEL_VENDORS];

#endif
