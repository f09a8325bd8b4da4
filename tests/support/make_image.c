/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the tools that make NTFS volumes, and remembers what they made. */
#include "tests/support/make_image.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/bytes.h"

#define MAX_PLANS     64
#define MAX_FILES     256
#define MAX_ARGUMENTS 32
#define PATH_BYTES    512
#define OPTION_BYTES  1024

#define SERIAL_OFFSET 0x48

extern char **environ;

static struct {
	char directory[PATH_BYTES]; /* "" before the first use */
	pid_t owner;
	struct image_plan plans[MAX_PLANS]; /* pointers are compared by text */
	char *texts[MAX_PLANS][2];
	unsigned int plan_count;
	char paths[MAX_FILES][PATH_BYTES];
	unsigned int path_count;
} made;

static void give_up(const char *what, const char *object)
{
	fprintf(stderr, "make_image: %s %s\n", what, object);
	exit(EXIT_FAILURE);
}

/* What it says goes to @log. */
static int run_tool(char *const *argv, const char *log)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
		O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(
		&actions, STDOUT_FILENO, STDERR_FILENO);
	if (posix_spawnp(&child, argv[0], &actions, NULL, argv, environ))
		give_up("cannot run", argv[0]);
	if (waitpid(child, &status, 0) != child)
		give_up("lost sight of", argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

static void show(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	while (f && (c = getc(f)) != EOF)
		putc(c, stderr);
	if (f)
		fclose(f);
}

static void must_run(char *const *argv)
{
	char log[PATH_BYTES + 8];

	snprintf(log, sizeof(log), "%s/log", made.directory);
	if (run_tool(argv, log)) {
		show(log);
		give_up("this tool failed:", argv[0]);
	}
}

static void directory_remove(void)
{
	char *argv[] = {"rm", "-rf", made.directory, NULL};

	/* A child that was forked off must not take it from its parent. */
	if (made.directory[0] && made.owner == getpid())
		(void)run_tool(argv, "/dev/null");
	for (unsigned int i = 0; i < made.plan_count; i++) {
		free(made.texts[i][0]);
		free(made.texts[i][1]);
	}
	made.plan_count = 0;
}

static const char *directory(void)
{
	const char *above = getenv("TMPDIR");

	if (made.directory[0])
		return made.directory;
	snprintf(made.directory, sizeof(made.directory),
		"%s/loopbreaker-test-XXXXXX", above ? above : "/tmp");
	if (!mkdtemp(made.directory))
		give_up("cannot make the directory", made.directory);
	made.owner = getpid();
	if (atexit(directory_remove))
		give_up("cannot tidy up", made.directory);
	return made.directory;
}

void make_image_run(char *const *argv)
{
	(void)directory();
	must_run(argv);
}

const char *make_image_path(const char *name)
{
	char *path;

	if (made.path_count == MAX_FILES)
		give_up("too many files before", name);
	path = made.paths[made.path_count++];
	if (snprintf(path, PATH_BYTES, "%s/%s", directory(), name) >=
		PATH_BYTES)
		give_up("too long a name:", name);
	return path;
}

const char *make_image_file(const char *name, const void *bytes, size_t len)
{
	const char *path = make_image_path(name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		give_up("cannot write", path);
	return path;
}

static void format(const char *path, const struct image_plan *plan)
{
	char sector[16], cluster[16], sectors[24];
	char *argv[] = {"mkntfs", "-q", "-Q", "-F", "-T", "-s", sector, "-p",
		"0", "-H", "0", "-S", "0", (char *)path, sectors, NULL, NULL,
		NULL};
	FILE *f = fopen(path, "wb");

	if (!f || ftruncate(fileno(f), (off_t)plan->size_bytes) || fclose(f))
		give_up("cannot make", path);
	snprintf(sector, sizeof(sector), "%u", plan->sector_bytes);
	snprintf(sectors, sizeof(sectors), "%llu",
		(unsigned long long)(plan->size_bytes / plan->sector_bytes));
	if (plan->cluster_bytes) {
		snprintf(cluster, sizeof(cluster), "%u", plan->cluster_bytes);
		argv[15] = "-c";
		argv[16] = cluster;
	}
	must_run(argv);
}

/* Into the boot sector and its copy: mkntfs has no option for it. */
static void put_serial(const char *path, const struct image_plan *plan)
{
	const uint64_t places[] = {0, plan->size_bytes - plan->sector_bytes};
	unsigned char serial[8];
	FILE *f = fopen(path, "r+b");

	le64_put(serial, plan->serial);
	for (int i = 0; i < 2; i++) {
		if (!f ||
			fseeko(f, (off_t)places[i] + SERIAL_OFFSET, SEEK_SET) ||
			fwrite(serial, sizeof(serial), 1, f) != 1)
			give_up("cannot write the serial number of", path);
	}
	if (fclose(f))
		give_up("cannot close", path);
}

static void populate(const char *path, const char *manifest)
{
	const char *build = getenv("LOOPBREAKER_BUILD");
	char tool[PATH_BYTES], name[32];
	char *argv[] = {tool, (char *)path, NULL, NULL};

	snprintf(tool, sizeof(tool), "%s/tools/ntfs_populate",
		build ? build : "build");
	snprintf(name, sizeof(name), "manifest-%u", made.path_count);
	argv[2] = (char *)make_image_file(name, manifest, strlen(manifest));
	must_run(argv);
}

void make_image_script(
	const char *script, const char *options, const char *path)
{
	char words[OPTION_BYTES];
	char *argv[MAX_ARGUMENTS] = {"python3", (char *)script};
	char *rest = words;
	unsigned int count = 2;

	if (strlen(options) >= sizeof(words))
		give_up("too many options:", options);
	strcpy(words, options);
	while ((argv[count] = strsep(&rest, " "))) {
		if (argv[count][0] && ++count == MAX_ARGUMENTS - 1)
			give_up("too many options:", options);
	}
	argv[count] = (char *)path;
	argv[count + 1] = NULL;
	must_run(argv);
}

const char *make_image_dump(const char *name, const char *options)
{
	const char *path = make_image_path(name);

	make_image_script("tests/support/mkdump.py", options, path);
	return path;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_plan(const struct image_plan *a, const struct image_plan *b)
{
	return a->size_bytes == b->size_bytes &&
	       a->sector_bytes == b->sector_bytes &&
	       a->cluster_bytes == b->cluster_bytes && a->serial == b->serial &&
	       same_text(a->manifest, b->manifest) &&
	       same_text(a->journal, b->journal);
}

static char *copy_text(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		give_up("no memory for", text);
	return copy;
}

/* The texts of a plan may be gone by the time the next one is compared. */
static unsigned int remember(const struct image_plan *plan)
{
	unsigned int i = made.plan_count++;

	made.texts[i][0] = copy_text(plan->manifest);
	made.texts[i][1] = copy_text(plan->journal);
	made.plans[i] = *plan;
	made.plans[i].manifest = made.texts[i][0];
	made.plans[i].journal = made.texts[i][1];
	return i;
}

static void make_volume(const char *path, const struct image_plan *plan)
{
	format(path, plan);
	put_serial(path, plan);
	if (plan->manifest)
		populate(path, plan->manifest);
	if (plan->journal)
		make_image_script(
			"tests/support/mkjournal.py", plan->journal, path);
}

void make_image(struct emudisk *e, const struct image_plan *wanted)
{
	struct image_plan plan = *wanted;
	char path[PATH_BYTES];
	unsigned int i;

	if (!plan.size_bytes)
		plan.size_bytes = IMAGE_BYTES;
	if (!plan.sector_bytes)
		plan.sector_bytes = 512;
	if (!plan.serial)
		plan.serial = IMAGE_SERIAL;
	for (i = 0; i < made.plan_count; i++)
		if (same_plan(&made.plans[i], &plan))
			break;
	if (i == MAX_PLANS)
		give_up("too many", "volumes");
	if (snprintf(path, sizeof(path), "%s/volume-%u", directory(), i) >=
		(int)sizeof(path))
		give_up("too long a name:", directory());
	if (i == made.plan_count) {
		make_volume(path, &plan);
		(void)remember(&plan);
	}
	if (emudisk_load(e, path, plan.sector_bytes) < 0)
		give_up("cannot load", path);
}

bool make_image_fixture(struct emudisk *e, const char *name)
{
	const char *fixtures = getenv("LOOPBREAKER_FIXTURES");
	char packed[PATH_BYTES], path[PATH_BYTES];
	char *argv[] = {
		"sh", "-c", "xz -dc \"$0\" > \"$1\"", packed, path, NULL};
	struct stat st;

	snprintf(packed, sizeof(packed), "%s/ntfs/%s.xz",
		fixtures ? fixtures : "../shared/fixtures", name);
	if (stat(packed, &st)) {
		printf("skipped: %s is not here\n", packed);
		return false;
	}
	if (snprintf(path, sizeof(path), "%s/%s", directory(), name) >=
		(int)sizeof(path))
		give_up("too long a name:", name);
	if (stat(path, &st))
		must_run(argv);
	if (emudisk_load(e, path, 512) < 0)
		give_up("cannot load", path);
	return true;
}
