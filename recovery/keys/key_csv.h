/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recovery passwords in tables: exports of Active Directory and Entra, of
 * management tools, of a spreadsheet; with commas, semicolons, tabs or bars
 * between fields.  Seen, among others:
 *
 *	KeyID,RecoveryKey			CrowdStrike's recovery image
 *	Hostname,KeyID,RecoveryKey,Directory	its exporter
 *	Id,Key					the-it-chronicles
 *	id,createdDateTime,deviceId,volumeType,key		Entra
 *	Name,msFVE-RecoveryPassword,msFVE-VolumeGuid,ObjectGUID	AD
 *
 * A recovery password is known by its form, in whatever column.  So are
 * identifiers, if a heading says whose they are ("KeyID", or "DeviceId", which
 * is none); where none does, a password goes with each in its row.  Headings
 * may be in any order and case, with any blanks and hyphens, or missing.
 *
 * A row that cannot be used is reported and passed over, never more than it.
 * Quoted fields may hold ends of lines, but a quotation mark that nobody closes
 * does not swallow the rest of the file.
 */
#ifndef RECOVERY_KEYS_KEY_CSV_H
#define RECOVERY_KEYS_KEY_CSV_H

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"

#define KEY_CSV_MAX_COLUMNS 64 /* headings of those behind do not count */
/* Of each in one row: an AD object with all keys that a PC ever had. */
#define KEY_CSV_MAX_PER_ROW 16
/* Characters between two quotation marks that belong together. */
#define KEY_CSV_MAX_QUOTED 4096
/* So often is a row looked at again without its quotation marks. */
#define KEY_CSV_MAX_AGAIN 1000

/**
 * key_csv_parse - hand in every key of a table
 *
 * Rows are lines: that in which a row begins.  Returns 0; what the source or
 * the sink returns; -ERR_TOO_LARGE; -ERR_NO_MEMORY.
 */
int key_csv_parse(const struct key_source *source, const struct key_sink *sink);

/**
 * key_csv_looks_like - do the first lines look like a table of keys?
 *
 * 1 or 0; or an error as of key_csv_parse().
 */
int key_csv_looks_like(const struct key_source *source);

#endif
