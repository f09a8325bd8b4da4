/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk image of Linux as struct disk. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <cmocka.h>

#include "linux/file_disk.h"
#include "storage/err.h"

#define IMAGE_BYTES 8192

static char path[] = "/tmp/test_file_disk.XXXXXX";
static volatile sig_atomic_t signals_seen;

static void count_signal(int number)
{
	(void)number;
	signals_seen++;
}

static int make_image(void **state)
{
	int fd;

	(void)state;
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || ftruncate(fd, IMAGE_BYTES))
		return -1;
	return close(fd);
}

static int remove_image(void **state)
{
	(void)state;
	return unlink(path);
}

static void bytes_go_and_come_back(void **state)
{
	struct file_disk f;
	char buf[16];

	(void)state;
	assert_int_equal(file_disk_open(&f, path, true), 0);
	assert_int_equal(f.disk.size_bytes, IMAGE_BYTES);
	assert_int_equal(f.disk.block_bytes, 512);
	assert_string_equal(f.disk.name, strrchr(path, '/') + 1);
	assert_int_equal(disk_write(&f.disk, IMAGE_BYTES - 5, "12345", 5), 0);
	assert_int_equal(disk_flush(&f.disk), 0);
	assert_int_equal(disk_read(&f.disk, IMAGE_BYTES - 6, buf, 6), 0);
	assert_memory_equal(buf,
		"\0"
		"12345",
		6);
	assert_int_equal(
		disk_read(&f.disk, IMAGE_BYTES - 5, buf, 6), -ERR_TRUNCATED);
	assert_int_equal(file_disk_close(&f), 0);
	assert_int_equal(file_disk_close(&f), 0);
}

static void read_only_is_read_only(void **state)
{
	struct file_disk f;

	(void)state;
	assert_int_equal(file_disk_open(&f, path, false), 0);
	assert_int_equal(disk_write(&f.disk, 0, "1", 1), -ERR_READ_ONLY);
	assert_int_equal(file_disk_close(&f), 0);
}

static void a_file_that_shrinks_is_an_error(void **state)
{
	struct file_disk f;
	char buf[512];

	(void)state;
	assert_int_equal(file_disk_open(&f, path, false), 0);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(disk_read(&f.disk, 0, buf, 512), -ERR_IO);
	assert_int_equal(file_disk_close(&f), 0);
}

static void one_writer_at_a_time(void **state)
{
	struct file_disk f, g;

	(void)state;
	assert_int_equal(file_disk_open(&f, path, true), 0);
	assert_int_equal(file_disk_open(&g, path, true), -EAGAIN);
	assert_int_equal(file_disk_close(&g), 0);
	assert_int_equal(file_disk_open(&g, path, false), 0);
	assert_int_equal(file_disk_close(&g), 0);
	assert_int_equal(file_disk_close(&f), 0);
	assert_int_equal(file_disk_open(&g, path, true), 0);
	assert_int_equal(file_disk_close(&g), 0);
}

static void what_is_no_disk(void **state)
{
	struct file_disk f;

	(void)state;
	assert_int_equal(file_disk_open(&f, "/dev/null", false), -ENOTBLK);
	assert_int_equal(file_disk_close(&f), 0);
	assert_int_equal(file_disk_open(&f, "/", false), -ENOTBLK);
	assert_int_equal(file_disk_close(&f), 0);
	assert_int_equal(file_disk_open(&f, "/nothing", true), -ENOENT);
	assert_int_equal(file_disk_close(&f), 0);
}

/* Whoever interrupts a change gets the whole change first. */
static void signals_wait_for_the_end_of_writing(void **state)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
	struct file_disk f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		signals_seen = 0;
		assert_true(signal(ending[i], count_signal) != SIG_ERR);
		assert_int_equal(file_disk_open(&f, path, true), 0);
		assert_int_equal(raise(ending[i]), 0);
		assert_int_equal(signals_seen, 1);
		assert_int_equal(disk_write(&f.disk, 0, "1", 1), 0);
		assert_int_equal(raise(ending[i]), 0);
		assert_int_equal(disk_write(&f.disk, 1, "2", 1), 0);
		assert_int_equal(signals_seen, 1);
		assert_int_equal(file_disk_close(&f), 0);
		assert_int_equal(signals_seen, 2);
		assert_int_equal(raise(ending[i]), 0);
		assert_int_equal(signals_seen, 3);
		assert_true(signal(ending[i], SIG_DFL) != SIG_ERR);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_image, remove_image)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_go_and_come_back),
		TEST(read_only_is_read_only),
		TEST(a_file_that_shrinks_is_an_error),
		TEST(one_writer_at_a_time),
		TEST(what_is_no_disk),
		TEST(signals_wait_for_the_end_of_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
