/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recovery/platform.h in memory. */
#include "tests/support/fake_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

/* --- Bytes, put by hand: not through storage/bytes.h ---------------------- */

static void put(unsigned char *p, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(value >> 8 * i);
}

/* --- The machine ---------------------------------------------------------- */

static int bytes_get(
	const struct fake_bytes *b, void *buf, size_t cap, size_t *ret_len)
{
	if (b->err)
		return b->err;
	if (!b->is_present)
		return -ERR_NOT_FOUND;
	if (b->len > cap)
		return -ERR_TOO_LARGE;
	memcpy(buf, b->bytes, b->len);
	*ret_len = b->len;
	return 0;
}

static int record_get(void *ctx, void *buf, size_t cap, size_t *ret_len)
{
	const struct fake_machine *m = ctx;

	if (m->store == FAKE_STORE_BROKEN)
		return -ERR_IO;
	if (m->store == FAKE_STORE_UNSUPPORTED)
		return -ERR_UNSUPPORTED;
	return bytes_get(&m->record, buf, cap, ret_len);
}

static int record_put(void *ctx, const void *buf, size_t len)
{
	struct fake_machine *m = ctx;

	m->record_puts++;
	switch (m->store) {
	case FAKE_STORE_GOOD:
		break;
	case FAKE_STORE_FULL:
		return -ERR_NO_SPACE;
	case FAKE_STORE_LIES:
		return -ERR_NOT_STORED;
	case FAKE_STORE_BROKEN:
		return -ERR_IO;
	case FAKE_STORE_UNSUPPORTED:
		return -ERR_UNSUPPORTED;
	}
	if (len > sizeof(m->record.bytes))
		return -ERR_NO_SPACE;
	memcpy(m->record.bytes, buf, len);
	m->record.len = len;
	m->record.is_present = true;
	return 0;
}

static int variable_get(void *ctx, enum platform_variable which, void *buf,
	size_t cap, size_t *ret_len)
{
	const struct fake_machine *m = ctx;

	return bytes_get(&m->variables[which], buf, cap, ret_len);
}

static int fake_file_get(
	const struct fake_file *f, void *buf, size_t cap, size_t *ret_len)
{
	if (f->err)
		return f->err;
	if (!f->bytes)
		return -ERR_NOT_FOUND;
	if (f->len > cap)
		return -ERR_TOO_LARGE;
	memcpy(buf, f->bytes, f->len);
	*ret_len = f->len;
	return 0;
}

static int file_get(void *ctx, enum platform_file which, void *buf, size_t cap,
	size_t *ret_len)
{
	struct fake_machine *m = ctx;

	m->file_gets++;
	return fake_file_get(&m->files[which], buf, cap, ret_len);
}

static int boot_file_get(void *ctx, enum platform_boot_file which, void *buf,
	size_t cap, size_t *ret_len)
{
	struct fake_machine *m = ctx;

	m->boot_file_gets++;
	return fake_file_get(&m->boot_files[which], buf, cap, ret_len);
}

static void network_limit(void *ctx, uint32_t seconds)
{
	struct fake_machine *m = ctx;

	if (m->network_limits == 4)
		abort();
	if (!m->network_limits)
		m->files_before_limit = m->file_gets;
	m->network_seconds[m->network_limits++] = seconds;
}

static int machine_id_get(void *ctx, uint8_t id[PLATFORM_ID_BYTES])
{
	const struct fake_machine *m = ctx;

	if (!m->has_id)
		return -ERR_NOT_FOUND;
	memcpy(id, m->id, sizeof(m->id));
	return 0;
}

static uint64_t clock_get(void *ctx)
{
	const struct fake_machine *m = ctx;

	return m->clock;
}

/* A hundred microseconds pass between two looks. */
static uint64_t elapsed_get(void *ctx)
{
	struct fake_machine *m = ctx;

	m->elapsed += 100 + m->slowness;
	return m->elapsed;
}

/* Kept without malloc(), so that failing allocations do not reach it. */
static const char *keep(struct fake_machine *m, const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = m->text + m->text_used;

	if (len > sizeof(m->text) - m->text_used ||
		m->said_count == FAKE_MAX_SENTENCES ||
		m->line_count == FAKE_MAX_SENTENCES) {
		fprintf(stderr, "fake_machine: too much was said\n");
		abort();
	}
	memcpy(copy, text, len);
	m->text_used += len;
	return copy;
}

static void say(void *ctx, enum say_level level, const char *sentence)
{
	struct fake_machine *m = ctx;

	m->said[m->said_count].sentence = keep(m, sentence);
	m->said[m->said_count++].level = level;
}

static enum answer ask(void *ctx, const struct question *question)
{
	struct fake_machine *m = ctx;

	say(m, SAY_WARNING, question->text);
	m->asked++;
	m->last_question = *question;
	return m->answer;
}

static int ask_secret(void *ctx, const struct secret_question *question,
	char *buf, size_t cap, size_t *ret_len)
{
	struct fake_machine *m = ctx;
	struct secret_question *last = &m->last_secret;
	const char *answer = m->secrets_asked < m->secret_count
				     ? m->secrets[m->secrets_asked]
				     : NULL;

	say(m, SAY_WARNING, question->text);
	m->secrets_asked++;
	*last = *question;
	last->text = keep(m, question->text);
	for (size_t i = 0; i < question->id_count; i++)
		last->ids[i] = keep(m, question->ids[i]);
	if (question->qr_text)
		last->qr_text = keep(m, question->qr_text);
	if (cap < SECRET_BYTES)
		return -ERR_TOO_LARGE;
	if (!answer)
		return -ERR_NOT_FOUND;
	if (!strcmp(answer, FAKE_DECLINED))
		return SECRET_DECLINED;
	*ret_len = strlen(answer);
	memcpy(buf, answer, *ret_len + 1);
	return 0;
}

static int key_file_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct fake_machine *m = ctx;
	const struct fake_key_file *f = m->open_key_file;

	m->key_bytes += len;
	m->elapsed += m->key_file_slowness;
	if (f->read_err)
		return f->read_err;
	if (off > f->len || len > f->len - off)
		abort(); /* callers keep within .size */
	memcpy(buf, (const char *)f->bytes + off, len);
	return 0;
}

static int key_file_open(void *ctx, const struct key_wish *wish, size_t *at,
	struct key_source *ret)
{
	struct fake_machine *m = ctx;
	const struct fake_key_file *f;

	m->last_wish = *wish;
	if (m->open_key_files)
		abort(); /* one at a time */
	if (*at >= m->key_file_count)
		return -ERR_NOT_FOUND;
	f = &m->key_files[(*at)++];
	ret->name = f->name;
	if (f->err)
		return f->err;
	*ret = (struct key_source){.read = key_file_read,
		.ctx = m,
		.size = f->len,
		.name = f->name};
	m->open_key_file = f;
	m->open_key_files++;
	return 0;
}

static void key_file_close(void *ctx, struct key_source *source)
{
	struct fake_machine *m = ctx;

	if (!m->open_key_files)
		abort();
	m->open_key_files--;
	source->read = NULL;
}

static void report(void *ctx, const char *json)
{
	struct fake_machine *m = ctx;

	m->lines[m->line_count] = keep(m, json);
	m->line_count++;
}

static void before_secrets(void *ctx)
{
	struct fake_machine *m = ctx;

	m->secrets_expected++;
}

static void before_commit(void *ctx)
{
	struct fake_machine *m = ctx;

	m->commits++;
	if (m->watched_writes)
		m->writes_before_commit = *m->watched_writes;
}

static void progress(void *ctx)
{
	struct fake_machine *m = ctx;

	m->progress_calls++;
}

static void slow_work(void *ctx, uint64_t milliseconds)
{
	struct fake_machine *m = ctx;

	m->slow_works += milliseconds == 0;
	m->slow_ms += milliseconds;
	if (!milliseconds)
		m->slow_said = m->said_count;
}

static const struct platform_ops fake_ops = {
	.record_get = record_get,
	.record_put = record_put,
	.variable_get = variable_get,
	.file_get = file_get,
	.boot_file_get = boot_file_get,
	.machine_id_get = machine_id_get,
	.clock_get = clock_get,
	.elapsed_get = elapsed_get,
	.say = say,
	.ask = ask,
	.ask_secret = ask_secret,
	.key_file_open = key_file_open,
	.key_file_close = key_file_close,
	.report = report,
	.network_limit = network_limit,
	.before_secrets = before_secrets,
	.before_commit = before_commit,
	.progress = progress,
	.slow_work = slow_work,
};

void fake_machine_init(struct fake_machine *m)
{
	memset(m, 0, sizeof(*m));
	m->platform.ops = &fake_ops;
	m->platform.ctx = m;
	m->platform.disks = m->disks;
	m->platform.key_place = "where they are found";
}

void fake_machine_add_disk(struct fake_machine *m, struct disk *d)
{
	if (m->platform.disk_count == FAKE_MAX_DISKS)
		abort();
	m->disks[m->platform.disk_count++] = d;
}

void fake_machine_forget(struct fake_machine *m)
{
	m->said_count = 0;
	m->line_count = 0;
	m->progress_calls = 0;
	m->commits = 0;
	m->record_puts = 0;
	m->text_used = 0;
	m->network_limits = 0;
	m->files_before_limit = 0;
	m->file_gets = 0;
}

size_t fake_machine_heard(const struct fake_machine *m, const char *part)
{
	size_t count = 0;

	for (size_t i = 0; i < m->said_count; i++)
		if (strstr(m->said[i].sentence, part))
			count++;
	return count;
}

size_t fake_machine_said(const struct fake_machine *m, enum say_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < m->said_count; i++)
		if (m->said[i].level == level)
			count++;
	return count;
}

size_t fake_machine_reported(const struct fake_machine *m, const char *part)
{
	size_t count = 0;

	for (size_t i = 0; i < m->line_count; i++)
		if (strstr(m->lines[i], part))
			count++;
	return count;
}

void fake_machine_print(const struct fake_machine *m)
{
	static const char *const levels[] = {
		[SAY_TITLE] = "title",
		[SAY_INFO] = "info",
		[SAY_RESULT] = "result",
		[SAY_WARNING] = "warning",
		[SAY_ERROR] = "error",
	};

	for (size_t i = 0; i < m->said_count; i++)
		fprintf(stderr, "  %-8s%s\n", levels[m->said[i].level],
			m->said[i].sentence);
}

/* --- What Windows leaves -------------------------------------------------- */

#define STATUS_AREA_BYTES 0x800

void fake_bootstat_bytes(const struct fake_bootstat *s, unsigned char *ret)
{
	unsigned char *log = ret + STATUS_AREA_BYTES;
	unsigned int sum = 0;

	memset(ret, 0, FAKE_BOOTSTAT_BYTES);
	put(ret + 0x00, s->size, 4);
	put(ret + 0x04, 1, 4); /* product type: a workstation */
	ret[0x09] = 30;
	ret[0x0a] = s->succeeded;
	ret[0x0b] = s->shut_down;
	if (s->size >= 0x40) {
		ret[0x18] = 1;
		put(ret + 0x20, s->heartbeat, 8);
		ret[0x30] = s->attempts;
		ret[0x31] = s->checkpoint;
		put(ret + 0x34, s->boot_id, 4);
		put(ret + 0x38, s->clean_boot_id, 4);
	}
	/* From 0xC0 on all bytes of the structure add up to nothing. */
	for (unsigned int i = 0; s->size >= 0xC0 && i < s->size; i++)
		sum += ret[i];
	if (s->size >= 0xC0)
		ret[0x32] = (unsigned char)(0u - sum);
	put(log + 0x00, 4, 4); /* an empty log, version 4 */
	put(log + 0x04, 0x14, 4);
	put(log + 0x08, 0x10000, 4);
	put(log + 0x0c, 0x14, 4);
	put(log + 0x10, 0x14, 4);
}

static void variable_put(struct fake_machine *m, enum platform_variable which,
	uint64_t value, unsigned int bytes)
{
	struct fake_bytes *b = &m->variables[which];

	put(b->bytes, value, bytes);
	b->len = bytes;
	b->is_present = true;
}

void fake_bugcheck_put(
	struct fake_machine *m, uint32_t code, uint64_t parameter1)
{
	variable_put(m, VARIABLE_BUGCHECK_CODE, code, 8);
	variable_put(m, VARIABLE_BUGCHECK_PARAMETER1, parameter1, 8);
	variable_put(m, VARIABLE_BUGCHECK_PROGRESS, 0x10, 4);
}

#define NOTE_LENGTH 48

void fake_note_put(struct fake_machine *m, uint32_t boot_id, uint64_t when,
	uint32_t code, uint64_t parameter1)
{
	struct fake_bytes *b = &m->variables[VARIABLE_HEALTH_NOTE];

	memset(b->bytes, 0, NOTE_LENGTH);
	memcpy(b->bytes, "LBN1", 4);
	put(b->bytes + 0x04, boot_id, 4);
	put(b->bytes + 0x08, when, 8);
	if (code) {
		put(b->bytes + 0x10, 1, 4);
		put(b->bytes + 0x14, code, 4);
		put(b->bytes + 0x18, parameter1, 8);
		put(b->bytes + 0x20, 0x10, 4);
	}
	b->len = NOTE_LENGTH;
	b->is_present = true;
}
