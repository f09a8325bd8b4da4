/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages on a terminal: none.  util-linux's c.h insists on the header. */
