/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/model_vendors.h"

const struct rule model_vendors[MODEL_VENDORS] = {
	{.vendor = "Contoso",
		.folder = "Windows/Contoso",
		.drivers = {"contoso.sys"},
		.driver_count = 1},
	{.vendor = "Fabrikam",
		.folder = "Windows/Fabrikam",
		.drivers = {"fabrikam.sys"},
		.driver_count = 1},
};
