/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of the report as syslog messages (RFC 5424), for one datagram each
 * (RFC 5426).
 *
 *	<134>1 2024-07-19T05:02:11Z 192.0.2.7 loopbreaker 13365838931 verdict
 *	[meta sequenceId="3"][machine@32473 serial="..." uuid="..." model="..."
 *	mac="..."] {"event":"verdict",...}
 *
 * (One line.)  MSGID is the event; PROCID is the same for all messages of a
 * run, and sequenceId shows what got lost.  Facility local0, severity
 * "informational".  The project has no enterprise number of its own: 32473 is
 * the one for examples (RFC 5612).
 *
 * A datagram stays below the smallest MTU of IPv6: fragments get lost, and some
 * firmware cannot send them.  A line that is longer is split between two
 * characters, and each message of it says which of how many it is
 * (part="1" parts="3" in the machine's element); put together in order they are
 * the line.  Text that is not ASCII follows a byte order mark, as the RFC asks;
 * most lines have none.
 */
#ifndef RECOVERY_NETWORK_SYSLOG_H
#define RECOVERY_NETWORK_SYSLOG_H

#include <stddef.h>
#include <stdint.h>

/* 1280, less the headers of IPv6 and UDP. */
#define SYSLOG_MAX_BYTES 1232

/* Longer texts about the machine are cut; with the closing NUL. */
#define SYSLOG_FIELD_BYTES 65

/* Who sends; empty texts are left out. */
struct syslog_sender {
	char address[40];		 /* of IP, as text: the HOSTNAME */
	char serial[SYSLOG_FIELD_BYTES]; /* these two: any bytes */
	char model[SYSLOG_FIELD_BYTES];
	char uuid[37];
	char mac[18];
	uint64_t time;	   /* of the run, FILETIME; 0: unknown */
	uint32_t sequence; /* of the last message */
};

/* A line on its way. */
struct syslog_line {
	const char *json;
	size_t at;	    /* so much of it is sent */
	size_t room;	    /* for text in each message; 0: not known yet */
	unsigned int part;  /* messages so far */
	unsigned int parts; /* ... and of the whole line */
};

/**
 * syslog_begin - send @json, which must stay: UTF-8, no newline, at most
 * REPORT_LINE_BYTES
 */
void syslog_begin(struct syslog_line *l, const char *json);

/**
 * syslog_next - the next message of the line
 *
 * Returns its bytes, or 0 after the last.
 */
size_t syslog_next(struct syslog_line *l, struct syslog_sender *sender,
	char ret[SYSLOG_MAX_BYTES]);

#endif
