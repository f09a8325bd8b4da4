/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes descriptions (ntfs_peek.h) comparable in which a run has made a folder:
 * it has the time of that moment, and a repeated run may make another one.
 */
#ifndef TESTS_SUPPORT_FAULT_FOLDER_H
#define TESTS_SUPPORT_FAULT_FOLDER_H

/**
 * fault_forget_folder - change all lines about folders named @name
 *
 * They have no times any more, and names in them do not tell in which of them
 * they are.  As long as before.
 */
void fault_forget_folder(char *text, const char *name);

#endif
