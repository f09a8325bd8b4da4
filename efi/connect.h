/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks the firmware has left alone.  "Fast boot" connects only what starting
 * its boot option needs: the other disks, or all of the boot disk but one
 * partition, do not exist until somebody asks for them (quirk Q35).
 */
#ifndef EFI_CONNECT_H
#define EFI_CONNECT_H

#include "efi/firmware.h"

/**
 * connect_storage - let the firmware's drivers look at every storage controller
 *
 * That is each PCI function of that class, and the disk we were started from
 * with what it is attached to; nothing else, because keyboards, displays and
 * network cards take seconds (quirk Q36).  May take as long as a device needs
 * to answer.  Says nothing about success: what the firmware reports is not
 * reliable (quirk Q37), so look at the handles again.
 */
void connect_storage(const struct firmware *fw);

#endif
