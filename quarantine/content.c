/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/content.h"

#include "quarantine/delivery.h"
#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* @text in the volume's capital letters; the caller frees it. */
static int fold(struct volume *v, const char *text, char **ret_folded)
{
	ntfschar *units = NULL;
	char *folded = NULL;
	int err = 0;
	int len;

	len = ntfs_mbstoucs(text, &units);
	if (len < 0)
		return ntfs_device_err(&v->device, errno);
	ntfs_name_upcase(units, (u32)len, v->ntfs->upcase, v->ntfs->upcase_len);
	if (ntfs_ucstombs(units, len, &folded, 0) < 0)
		err = ntfs_device_err(&v->device, errno);
	else
		*ret_folded = folded;
	free(units);
	return err;
}

static int fold_patterns(
	struct content *c, const char **patterns, size_t pattern_count)
{
	char **folded;
	size_t i;
	int err;

	for (i = 0; i < pattern_count; i++) {
		if (is_ascii(patterns[i]))
			continue;
		folded = &c->folded[c->folded_count];
		err = fold(c->v, patterns[i], folded);
		if (err < 0)
			return err;
		patterns[i] = *folded;
		c->folded_count++;
	}
	return 0;
}

int content_open(struct content *c, struct volume *v, const struct rule *rule)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->v = v;
	c->rule = *rule;
	err = fold_patterns(c, c->rule.patterns, c->rule.pattern_count);
	if (err < 0)
		return err;
	return fold_patterns(c, c->rule.never, c->rule.never_count);
}

/* Ask the rule about @name in the volume's capital letters. */
static int ask_rule(const struct content *c, const char *name,
	bool (*ask)(const struct rule *r, const char *name))
{
	char *folded = NULL;
	bool answer;
	int err;

	if (is_ascii(name))
		return ask(&c->rule, name);
	err = fold(c->v, name, &folded);
	if (err < 0)
		return err;
	answer = ask(&c->rule, folded);
	free(folded);
	return answer;
}

int content_concerns(const struct content *c, const char *name)
{
	char original[DELIVERY_NAME_BYTES];
	size_t len = hold_parse_name(name, NULL);

	if (!len)
		len = strlen(name);
	if (len >= sizeof(original))
		return 0;
	memcpy(original, name, len);
	original[len] = '\0';
	return ask_rule(c, original, rule_matches);
}

int content_bars(const struct content *c, const char *name)
{
	return ask_rule(c, name, rule_bars);
}

void content_close(struct content *c)
{
	size_t i;

	for (i = 0; i < c->folded_count; i++)
		free(c->folded[i]);
	memset(c, 0, sizeof(*c));
}
