/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entry point: gnu-efi's, which relocates the image and calls efi_main().
 * Found in build/deps.
 */
#include "gnu-efi/gnuefi/crt0-efi-x86_64.S"
