/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tell_unlock.h"

#include "recovery/tell.h"
#include "recovery/unlock_parts.h"
#include "storage/err.h"

/* As many as there is room for; a PC has one or two. */
#define MAX_IDS_SAID 8

static const char *way_text(enum unlock_way way)
{
	switch (way) {
	case UNLOCK_NOT:
		return "no";
	case UNLOCK_CLEAR_KEY:
		return "clear-key";
	case UNLOCK_KEY_FILE:
		return "key-file";
	case UNLOCK_KEY_PACK:
		return "key-pack";
	case UNLOCK_TYPED:
		return "typed";
	}
	return "unknown";
}

static const char *id_of(const struct unlock_volume *v, size_t protector,
	char buf[UNLOCK_KEY_ID_BYTES])
{
	return unlock_key_id(v->metadata.protectors[protector].guid, buf);
}

void tell_unlock_trying(const struct platform *p, const struct unlock_volume *v,
	const struct key *k)
{
	if (k->file)
		tell(p, SAY_INFO,
			"Trying a key of the file %s on %s; this can take some "
			"seconds.",
			k->file, v->name);
	else
		tell(p, SAY_INFO,
			"Trying the key that was typed on %s; this can take "
			"some seconds.",
			v->name);
}

void tell_unlock_trying_pin(const struct platform *p, const char *file)
{
	tell(p, SAY_INFO,
		"Trying the PIN of the key pack %s; this can take some "
		"seconds.",
		file);
}

void tell_unlock_opened(const struct platform *p, const struct unlock_volume *v)
{
	char id[UNLOCK_KEY_ID_BYTES];

	switch (v->way) {
	case UNLOCK_NOT:
		return;
	case UNLOCK_CLEAR_KEY:
		tell(p, SAY_INFO,
			"BitLocker of %s is suspended: it opens without a key.",
			v->name);
		return;
	case UNLOCK_KEY_FILE:
	case UNLOCK_KEY_PACK:
		tell(p, SAY_INFO,
			"BitLocker of %s opened with the key %s of the file "
			"%s.",
			v->name, id_of(v, v->protector, id), v->file);
		return;
	case UNLOCK_TYPED:
		tell(p, SAY_INFO,
			"BitLocker of %s opened with the key %s, which was "
			"typed.",
			v->name, id_of(v, v->protector, id));
		return;
	}
}

void tell_unlock_damaged(const struct platform *p,
	const struct unlock_volume *v, size_t protector)
{
	char id[UNLOCK_KEY_ID_BYTES];

	tell(p, SAY_ERROR,
		"The key %s is right for %s, but what it should open is "
		"damaged.",
		id_of(v, protector, id), v->name);
}

void tell_unlock_failed(
	const struct platform *p, const struct unlock_volume *v, int err)
{
	tell(p, SAY_ERROR, "A key for %s could not be tried (%s).", v->name,
		err_text(err));
}

void tell_unlock_no_memory(const struct platform *p)
{
	tell(p, SAY_ERROR, "There is not enough memory to look for keys.");
}

void tell_unlock_typed_wrong(const struct platform *p)
{
	tell(p, SAY_WARNING,
		"That is a valid recovery key, but of none of the locked "
		"volumes of this PC: compare the key ID.");
}

void tell_unlock_pin_wrong(const struct platform *p, const char *file)
{
	tell(p, SAY_WARNING, "That is not the PIN of the key pack %s.", file);
}

void tell_unlock_not_in_pack(const struct platform *p, const char *file)
{
	tell(p, SAY_WARNING,
		"The key pack %s has no key for the locked volumes of this PC.",
		file);
}

void tell_unlock_sealed(const struct platform *p, const char *file)
{
	tell(p, SAY_WARNING,
		"The key pack %s stays sealed: nobody is there to type its "
		"PIN.",
		file);
}

void tell_unlock_guesses(const struct platform *p, bool has_more)
{
	tell(p, SAY_WARNING,
		has_more ? "The keys that stand without a key ID in the files "
			   "were tried, but not all of them: write the key ID "
			   "beside each."
			 : "No key that stands without a key ID in the files "
			   "is of a locked volume of this PC.");
}

void tell_unlock_file(const struct platform *p, const char *file, int err)
{
	tell(p, SAY_WARNING, "The file with keys %s could not be read (%s).",
		file,
		err == -ERR_TOO_LARGE
			? "limits: 64 MiB, 16 KiB of a .BEK; 256 MiB and "
			  "10 minutes for all"
			: err_text(err));
}

void tell_unlock_rows(
	const struct platform *p, const char *file, unsigned int rows)
{
	tell(p, SAY_WARNING,
		"%u row(s) of the file with keys %s hold no valid key and were "
		"passed over; \"loopbreaker keys check\" says which.",
		rows, file);
}

void tell_unlock_wrong(const struct platform *p, const struct unlock_volume *v,
	size_t protector, const char *file)
{
	char id[UNLOCK_KEY_ID_BYTES];

	tell(p, SAY_WARNING,
		"The key %s of the file %s does not open %s: it is not the "
		"right one, or out of date.",
		id_of(v, protector, id), file, v->name);
}

/* --- All of them ---------------------------------------------------------- */

static void say_ids(const struct platform *p, const struct unlock_volume *v)
{
	const struct bitlocker_metadata *m = &v->metadata;
	char id[UNLOCK_KEY_ID_BYTES];
	unsigned int said = 0;
	size_t i;

	for (i = 0; i < m->protector_count && said < MAX_IDS_SAID; i++) {
		if (!unlock_takes_any(&m->protectors[i]))
			continue;
		tell(p, SAY_RESULT, "Key ID: %s (%s).", id_of(v, i, id),
			bitlocker_protector_text(m->protectors[i].type));
		said++;
	}
	if (!said)
		tell(p, SAY_WARNING,
			"It has no recovery password and no startup key: only "
			"its TPM, smart card or password opens it.");
	else
		tell(p, SAY_INFO, "To open it, put the key of one of these %s.",
			p->key_place);
}

static void say_closed(const struct platform *p, const struct unlock_volume *v,
	bool has_looked)
{
	const struct bitlocker_metadata *m = &v->metadata;

	if (v->err < 0) {
		tell(p, SAY_WARNING,
			"The BitLocker volume %s could not be looked at (%s).",
			v->name, err_text(v->err));
		return;
	}
	if (!unlock_is_wanted(v)) {
		tell(p, SAY_WARNING,
			"The BitLocker volume %s cannot be changed: %s.",
			v->name,
			bitlocker_refusal_text(
				m->no_read ? m->no_read : m->no_write));
		return;
	}
	tell(p, SAY_WARNING,
		has_looked ? "BitLocker of %s is locked, and no key for it was "
			     "found."
			   : "BitLocker of %s is locked; a key for it would "
			     "change nothing here, and none was looked for.",
		v->name);
	say_ids(p, v);
}

static void report_ids(struct report_line *l, const struct unlock_volume *v)
{
	const struct bitlocker_metadata *m = &v->metadata;
	char id[UNLOCK_KEY_ID_BYTES];
	uint64_t count = 0;
	size_t i;

	/* A line may not have room for all of them. */
	for (i = 0; i < m->protector_count; i++)
		count += unlock_takes_any(&m->protectors[i]);
	report_number(l, "key_id_count", count);
	report_array_begin(l, "key_ids");
	for (i = 0; i < m->protector_count; i++)
		if (unlock_takes_any(&m->protectors[i]))
			report_array_string(l, id_of(v, i, id));
	report_array_end(l);
}

/* Anybody who has the disk has the file as well. */
static bool is_exposed(const struct platform *p, const struct unlock_volume *v)
{
	return v->way == UNLOCK_KEY_FILE && p->keys_lie_on_own_disk;
}

static void say_exposed(const struct platform *p, const struct unlock_volume *v)
{
	tell(p, SAY_WARNING,
		"The file %s is on this PC's own disk, which is not "
		"encrypted there: whoever gets the disk can open %s with it.",
		v->file, v->name);
}

static void report_volume(const struct unlock *u, const struct unlock_volume *v)
{
	const struct platform *p = u->platform;
	const struct bitlocker_metadata *m = &v->metadata;
	char id[UNLOCK_KEY_ID_BYTES];
	struct report_line l;

	report_begin(&l, "bitlocker");
	report_string(&l, "volume", v->name);
	report_string(&l, "opened", way_text(v->way));
	if (v->way == UNLOCK_NOT && u->is_declined)
		report_bool(&l, "is_declined", true);
	if (v->err < 0)
		report_string(&l, "error", err_text(v->err));
	if (m->no_read != BITLOCKER_ACCEPTED)
		report_string(
			&l, "refused", bitlocker_refusal_word(m->no_read));
	else if (m->no_write != BITLOCKER_ACCEPTED)
		report_string(
			&l, "read_only", bitlocker_refusal_word(m->no_write));
	if (m->has_block) {
		report_string(&l, "method", bitlocker_method_text(m->method));
		report_string(&l, "description", m->description);
	}
	if (v->way != UNLOCK_NOT)
		report_string(&l, "key_id", id_of(v, v->protector, id));
	if (v->way == UNLOCK_KEY_FILE || v->way == UNLOCK_KEY_PACK)
		report_string(&l, "file", v->file);
	if (is_exposed(p, v))
		report_bool(&l, "is_exposed", true);
	report_ids(&l, v);
	tell_send(p, &l);
}

static const struct {
	const char *word;
	const char *sentence;
} limits[UNLOCK_LIMITS] = {
	[UNLOCK_LIMIT_VOLUMES] = {"volumes",
		"There are more BitLocker volumes than are looked at: some "
		"stay closed."},
	[UNLOCK_LIMIT_PROTECTORS] = {"protectors",
		"The locked volumes have more keys than are looked for: some "
		"were left out."},
	[UNLOCK_LIMIT_NAMES] = {"names",
		"Not every file that is named after a key ID was looked for."},
	[UNLOCK_LIMIT_KEYS] = {"keys",
		"The files have more keys that could fit than there is room "
		"for: some were left out."},
	[UNLOCK_LIMIT_TRIES] = {"tries",
		"Trying keys takes too long: some were left out."},
};

static void tell_left_out(const struct unlock *u)
{
	const struct platform *p = u->platform;
	struct report_line l;
	unsigned int count = 0;
	size_t i;

	report_begin(&l, "bitlocker-left-out");
	report_array_begin(&l, "what");
	for (i = 0; i < UNLOCK_LIMITS; i++) {
		if (!u->is_left_out[i])
			continue;
		tell(p, SAY_WARNING, "%s", limits[i].sentence);
		report_array_string(&l, limits[i].word);
		count++;
	}
	report_array_end(&l);
	if (count)
		tell_send(p, &l);
}

void tell_unlock_volumes(const struct unlock *u)
{
	size_t i;

	for (i = 0; i < u->count; i++) {
		report_volume(u, &u->volumes[i]);
		if (u->volumes[i].way == UNLOCK_NOT)
			say_closed(
				u->platform, &u->volumes[i], u->has_read_files);
		if (is_exposed(u->platform, &u->volumes[i]))
			say_exposed(u->platform, &u->volumes[i]);
	}
	tell_left_out(u);
}
