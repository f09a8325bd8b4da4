/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report to the log server, once nothing depends on it any more: the disk
 * is as it should be and Windows is next.
 */
#ifndef EFI_REPORT_SEND_H
#define EFI_REPORT_SEND_H

#include "efi/front.h"

/**
 * report_send - what was reported since the last time, as syslog
 *
 * Only if we came from the network, and only as long as the firmware sends
 * (efi/network.h has the limit).  What does not get through is on the serial
 * ports: everything has to be flushed there.
 */
void report_send(struct front *f);

#endif
