/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills an NTFS image, fresh from mkntfs, as a text manifest says.  Linked with
 * the distribution's libntfs-3g, so the test images are independent of our own
 * code.  One command a line; words are separated by blanks, "..." holds blanks
 * and \n \r \" \\; # starts a comment; paths start with /; directories on the
 * way are made:
 *
 *	dir PATH
 *	file PATH [CONTENT]
 *	stream PATH NAME CONTENT	an alternate data stream
 *	filler PATH COUNT		COUNT small files in a directory
 *	comb PATH			fill the volume with small files in a
 *					directory, then delete every other one
 *	delete PATH
 *	dosname PATH NAME		the short (8.3) name
 *	flags PATH [hidden] [system] [readonly]
 *	times PATH CREATED MODIFIED CHANGED ACCESSED	FILETIME, UTC
 *	clock TIME			new files are made at this FILETIME
 *	valid PATH BYTES		the initialised size (valid-data length)
 *					of its data; what lies behind stays
 *	dirty				set VOLUME_IS_DIRTY
 *	change PATH TIME REASONS [NAME]	a record of the change journal, under
 *					another name than the file has now
 *	changefiller COUNT TIME		records of other files
 *	changes BASE VERSION		write that journal from there on, with
 *					records of version 2 or 3
 *
 * CONTENT is one of: text STRING; repeat STRING COUNT, which fills COUNT bytes;
 * zero COUNT; host FILE.
 */
#include "tests/tools/change_journal.h"
#include "tests/tools/ntfs_place.h"

#include <stdbool.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/logging.h>

#define MAX_LINE     8192
#define MAX_WORDS    16
#define WRITE_PIECE  65536
#define MAX_DOS_NAME 12
#define COMB_LEFT    64 /* clusters that a comb does not reach */

/* 1601-01-01 to 1970-01-01 */
#define FILETIME_UNIX_SECONDS	  11644473600ull
#define FILETIME_TICKS_PER_SECOND 10000000ull

/* What libntfs-3g gets when it asks for the time; 1980-01-01 to begin with. */
static struct timespec now = {.tv_sec = 315532800};

/* Takes the place of libc's for the library too: images must not depend on the
 * day they are made. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	(void)clock; /* there is only one */
	*ret = now;
	return 0;
}

static int write_all(ntfs_attr *na, s64 offset, const void *data, size_t length)
{
	if (ntfs_attr_pwrite(na, offset, (s64)length, data) == (s64)length)
		return 0;
	return complain("writing", "content");
}

/* @count bytes of @pattern over and over */
static int write_pattern(ntfs_attr *na, const char *pattern, size_t pattern_len,
	unsigned long count)
{
	char *piece = malloc(WRITE_PIECE);
	unsigned long done = 0;
	unsigned long n;
	int result = piece && pattern_len ? 0 : -1;

	while (!result && done < count) {
		n = count - done < WRITE_PIECE ? count - done : WRITE_PIECE;
		for (unsigned long i = 0; i < n; i++)
			piece[i] = pattern[(done + i) % pattern_len];
		result = write_all(na, (s64)done, piece, n);
		done += n;
	}
	free(piece);
	return result;
}

static int write_host_file(ntfs_attr *na, const char *name)
{
	FILE *f = fopen(name, "rb");
	char *piece = malloc(WRITE_PIECE);
	s64 done = 0;
	size_t n;
	int result = f && piece ? 0 : complain("opening", name);

	while (!result && (n = fread(piece, 1, WRITE_PIECE, f)) > 0) {
		result = write_all(na, done, piece, n);
		done += (s64)n;
	}
	if (!result && ferror(f))
		result = complain("reading", name);
	free(piece);
	if (f)
		fclose(f);
	return result;
}

static int write_content(ntfs_attr *na, char **words, size_t count)
{
	if (count == 2 && !strcmp(words[0], "text"))
		return write_all(na, 0, words[1], strlen(words[1]));
	if (count == 3 && !strcmp(words[0], "repeat"))
		return write_pattern(na, words[1], strlen(words[1]),
			strtoul(words[2], NULL, 0));
	if (count == 2 && !strcmp(words[0], "zero"))
		return write_pattern(na, "", 1, strtoul(words[1], NULL, 0));
	if (count == 2 && !strcmp(words[0], "host"))
		return write_host_file(na, words[1]);
	errno = EINVAL;
	return complain("understanding content", count ? words[0] : "(none)");
}

static int fill_stream(
	ntfs_inode *inode, const char *name, char **words, size_t count)
{
	ntfschar *wide = NULL;
	int length = 0;
	ntfs_attr *na = NULL;
	int result = -1;

	if (name)
		length = ntfs_mbstoucs(name, &wide);
	if (length < 0 || length > NTFS_MAX_NAME_LEN)
		goto out;
	if (name && ntfs_attr_add(inode, AT_DATA, wide, (u8)length, NULL, 0))
		goto out;
	na = ntfs_attr_open(
		inode, AT_DATA, name ? wide : AT_UNNAMED, (u32)length);
	if (na)
		result = write_content(na, words, count);
out:
	if (!na)
		(void)complain("opening the stream", name ? name : "(unnamed)");
	ntfs_attr_close(na);
	free(wide);
	return result;
}

static int do_dir(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;

	if (count != 2 || place_open(vol, words[1], S_IFDIR, &p))
		return -1;
	return place_close(&p);
}

static int do_file(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;
	int result = 0;

	if (count < 2 || place_open(vol, words[1], S_IFREG, &p))
		return -1;
	if (count > 2)
		result = fill_stream(p.inode, NULL, words + 2, count - 2);
	return place_close(&p) ? -1 : result;
}

static int do_stream(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;
	int result;

	if (count < 4 || place_open(vol, words[1], 0, &p))
		return -1;
	result = fill_stream(p.inode, words[2], words + 3, count - 3);
	return place_close(&p) ? -1 : result;
}

static int do_filler(ntfs_volume *vol, char **words, size_t count)
{
	unsigned long files = count == 3 ? strtoul(words[2], NULL, 0) : 0;
	struct place p;
	ntfs_inode *f;
	char name[64];
	int result = 0;

	if (!files || place_open(vol, words[1], 0, &p))
		return -1;
	for (unsigned long i = 0; i < files && !result; i++) {
		snprintf(name, sizeof(name), "filler-%06lu.dat", i);
		f = place_create_child(p.inode, name, S_IFREG);
		if (!f || ntfs_inode_close_in_dir(f, p.inode))
			result = complain("making", name);
	}
	return place_close(&p) ? -1 : result;
}

static void comb_name(char *ret, size_t size, unsigned long number)
{
	snprintf(ret, size, "comb-%06lu.dat", number);
}

/* Files of one cluster each until the volume is full; how many? */
static int fill_with_small(
	ntfs_volume *vol, ntfs_inode *dir, unsigned long *ret_count)
{
	char *one_cluster[] = {"zero", "4096"};
	char name[64];
	ntfs_inode *f;
	int result;

	/* Counts the free clusters; later changes keep the number right. */
	result = ntfs_volume_get_free_space(vol);
	for (*ret_count = 0; !result && vol->free_clusters > COMB_LEFT;
		++*ret_count) {
		comb_name(name, sizeof(name), *ret_count);
		f = place_create_child(dir, name, S_IFREG);
		if (!f)
			return complain("making", name);
		result = fill_stream(f, NULL, one_cluster, 2);
		if (ntfs_inode_close_in_dir(f, dir))
			result = complain("closing", name);
	}
	return result;
}

static int do_delete(ntfs_volume *vol, char **words, size_t count)
{
	ntfschar *name = NULL;
	struct place p;
	int length;
	int result = -1;

	if (count != 2 || place_open(vol, words[1], 0, &p))
		return -1;
	length = ntfs_mbstoucs(strrchr(words[1], '/') + 1, &name);
	/* Closes both inodes, whether it works or not. */
	if (length > 0)
		result = ntfs_delete(
			vol, NULL, p.inode, p.dir, name, (u8)length);
	free(name);
	return result ? complain("deleting", words[1]) : 0;
}

static int do_comb(ntfs_volume *vol, char **words, size_t count)
{
	char path[PLACE_MAX_PATH];
	char *delete_words[] = {"delete", path};
	unsigned long files = 0;
	char name[64];
	struct place p;
	int result;

	if (count != 2 || place_open(vol, words[1], 0, &p))
		return -1;
	result = fill_with_small(vol, p.inode, &files);
	if (place_close(&p))
		result = -1;
	for (unsigned long i = 1; i < files && !result; i += 2) {
		comb_name(name, sizeof(name), i);
		snprintf(path, sizeof(path), "%s/%s", words[1], name);
		result = do_delete(vol, delete_words, 2);
	}
	return result;
}

static int do_dosname(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;

	if (count != 3 || strlen(words[2]) > MAX_DOS_NAME ||
		place_open(vol, words[1], 0, &p))
		return -1;
	/* Closes both inodes, whether it works or not. */
	if (ntfs_set_ntfs_dos_name(
		    p.inode, p.dir, words[2], strlen(words[2]), 0))
		return complain("giving a short name to", words[1]);
	return 0;
}

static int do_flags(ntfs_volume *vol, char **words, size_t count)
{
	FILE_ATTR_FLAGS flags = const_cpu_to_le32(0);
	struct place p;

	for (size_t i = 2; i < count; i++) {
		if (!strcmp(words[i], "hidden"))
			flags |= FILE_ATTR_HIDDEN;
		else if (!strcmp(words[i], "system"))
			flags |= FILE_ATTR_SYSTEM;
		else if (!strcmp(words[i], "readonly"))
			flags |= FILE_ATTR_READONLY;
		else
			return -1;
	}
	if (count < 3 || place_open(vol, words[1], 0, &p))
		return -1;
	p.inode->flags |= flags;
	ntfs_inode_mark_dirty(p.inode);
	NInoFileNameSetDirty(p.inode);
	return place_close(&p);
}

static ntfs_time parse_time(const char *word)
{
	return cpu_to_le64(strtoull(word, NULL, 0));
}

static int do_times(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;

	if (count != 6 || place_open(vol, words[1], 0, &p))
		return -1;
	p.inode->creation_time = parse_time(words[2]);
	p.inode->last_data_change_time = parse_time(words[3]);
	p.inode->last_mft_change_time = parse_time(words[4]);
	p.inode->last_access_time = parse_time(words[5]);
	ntfs_inode_mark_dirty(p.inode);
	NInoFileNameSetDirty(p.inode);
	return place_close(&p);
}

static int do_clock(ntfs_volume *vol, char **words, size_t count)
{
	unsigned long long ticks;

	(void)vol;
	if (count != 2)
		return -1;
	ticks = strtoull(words[1], NULL, 0);
	now.tv_sec = (time_t)(ticks / FILETIME_TICKS_PER_SECOND -
			      FILETIME_UNIX_SECONDS);
	now.tv_nsec = (long)(ticks % FILETIME_TICKS_PER_SECOND * 100);
	return 0;
}

static int set_valid(ntfs_inode *inode, u64 bytes)
{
	ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(inode, NULL);
	int result = -1;

	if (ctx &&
		!ntfs_attr_lookup(AT_DATA, AT_UNNAMED, 0, 0, 0, NULL, 0, ctx) &&
		ctx->attr->non_resident) {
		ctx->attr->initialized_size = cpu_to_le64(bytes);
		ntfs_inode_mark_dirty(ctx->ntfs_ino);
		result = 0;
	}
	if (ctx)
		ntfs_attr_put_search_ctx(ctx);
	return result;
}

static int do_valid(ntfs_volume *vol, char **words, size_t count)
{
	struct place p;
	int result;

	if (count != 3 || place_open(vol, words[1], 0, &p))
		return -1;
	result = set_valid(p.inode, strtoull(words[2], NULL, 0));
	return place_close(&p) ? -1 : result;
}

static int do_dirty(ntfs_volume *vol, char **words, size_t count)
{
	(void)words; /* every command has the same form */
	if (count != 1)
		return -1;
	return ntfs_volume_write_flags(vol, vol->flags | VOLUME_IS_DIRTY);
}

static const struct command {
	const char *name;
	int (*run)(ntfs_volume *vol, char **words, size_t count);
} commands[] = {
	{"dir", do_dir},
	{"file", do_file},
	{"stream", do_stream},
	{"filler", do_filler},
	{"comb", do_comb},
	{"delete", do_delete},
	{"dosname", do_dosname},
	{"flags", do_flags},
	{"times", do_times},
	{"clock", do_clock},
	{"valid", do_valid},
	{"dirty", do_dirty},
	{"change", do_change},
	{"changefiller", do_changefiller},
	{"changes", do_changes},
};

static char unescape(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c;
}

/* Cut @line into words, in place. */
static size_t split(char *line, char **words)
{
	size_t count = 0;
	char *to = line;
	char *from = line;
	bool is_quoted;

	for (;;) {
		from += strspn(from, " \t\r\n");
		if (!*from || *from == '#' || count == MAX_WORDS)
			return count;
		words[count++] = to;
		is_quoted = *from == '"';
		if (is_quoted)
			from++;
		while (*from && (is_quoted ? *from != '"'
					   : !strchr(" \t\r\n", *from))) {
			if (is_quoted && *from == '\\' && from[1])
				*to++ = unescape(*++from);
			else
				*to++ = *from;
			from++;
		}
		if (*from)
			from++;
		*to++ = '\0';
	}
}

static int run_line(ntfs_volume *vol, char *line)
{
	char *words[MAX_WORDS];
	size_t count = split(line, words);

	if (!count)
		return 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, words[0]))
			return commands[i].run(vol, words, count);
	}
	return -1;
}

static int run_manifest(ntfs_volume *vol, FILE *manifest)
{
	char line[MAX_LINE];
	unsigned number = 0;

	while (fgets(line, sizeof(line), manifest)) {
		number++;
		if (run_line(vol, line)) {
			fprintf(stderr,
				"ntfs_populate: line %u could not be carried "
				"out.\n",
				number);
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	FILE *manifest = NULL;
	ntfs_volume *vol = NULL;
	int result = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: ntfs_populate IMAGE MANIFEST\n");
		return 2;
	}
	ntfs_set_char_encoding("utf8");
	ntfs_log_set_handler(ntfs_log_handler_stderr);
	manifest = fopen(argv[2], "r");
	if (!manifest) {
		(void)complain("opening", argv[2]);
		goto out;
	}
	vol = ntfs_mount(argv[1], NTFS_MNT_NONE);
	if (!vol) {
		(void)complain("mounting", argv[1]);
		goto out;
	}
	if (!run_manifest(vol, manifest))
		result = 0;
	if (ntfs_umount(vol, FALSE))
		result = 1;
out:
	if (manifest)
		fclose(manifest);
	return result;
}
