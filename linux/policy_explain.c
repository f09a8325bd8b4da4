/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy would do, in plain sentences. */
#include <stdio.h>

#include "linux/policy_tool.h"
#include "storage/filetime.h"

static const char *mode_sentence(enum policy_mode mode)
{
	switch (mode) {
	case POLICY_DETECT_ONLY:
		return "it changes nothing and only reports";
	case POLICY_ASK:
		return "it acts only if a person at the PC agrees";
	case POLICY_SIGNED_ORDER_ONLY:
		return "it acts on a signed incident order and on nothing else";
	case POLICY_ACT:
		return "it acts by itself when two sources of evidence agree, "
		       "on a signed incident order, and on a person's word";
	}
	return "it does what this version does not know";
}

static void explain_head(const struct policy *p)
{
	char text[FILETIME_TEXT_BYTES];

	printf("This is policy %lu%s%s. ", (unsigned long)p->serial,
		p->site ? " of the site " : "", p->site ? p->site : "");
	if (p->expires)
		printf("After %s it has expired: it then only narrows what "
		       "takes its place.\n",
			filetime_text(p->expires, text));
	else
		puts("It does not expire.");
}

static void explain_modes(const struct policy *p)
{
	static const char *const where[POLICY_ORIGIN_COUNT] = {
		[POLICY_ORIGIN_INSTALLED] = "the PC's own disk",
		[POLICY_ORIGIN_REMOVABLE] = "a stick or a CD",
		[POLICY_ORIGIN_NETWORK] = "the network",
	};
	int i;

	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		printf("Started from %s, %s.\n", where[i],
			mode_sentence(p->mode[i]));
}

static void explain_share(const struct policy *p)
{
	if (p->share >= SHARE_ALL)
		return;
	printf("Of 1000 PCs that is so for the %lu whose number is below %lu; "
	       "the others act only where that allows it and a person at the "
	       "PC agrees, and report.\n",
		(unsigned long)p->share, (unsigned long)p->share);
}

static void explain_ladder(const struct policy *p)
{
	printf("Windows must have crashed in %lu sessions in a row. What the "
	       "vendor to blame delivered in the %lu hours before the crash is "
	       "then put on hold, if that is not more than %lu files.\n",
		(unsigned long)p->crashes, (unsigned long)p->window_hours,
		(unsigned long)p->max_files);
	if (p->max_rung >= 2)
		puts("If that does not help, all else that this vendor has "
		     "delivered since the last good session is put on hold as "
		     "well.");
	if (p->max_rung >= 3)
		puts("If that does not help either, what every vendor below "
		     "has delivered since then is put on hold as well.");
	puts("If nothing of it helps, all of it is given back, and the PC is "
	     "left to Windows' own recovery.");
}

static void print_list(
	const char *before, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		printf("%s%s",
			i == 0		? before
			: i + 1 < count ? ", "
					: " and ",
			list[i]);
}

static void explain_rule(const struct rule *r)
{
	const char *c;

	printf("%s: ", r->vendor);
	print_list(r->unit == RULE_UNIT_FILE
			   ? "each file "
			   : "as a whole, while another remains, each folder ",
		r->patterns, r->pattern_count);
	fputs(" in \\", stdout);
	for (c = r->folder; *c; c++)
		putchar(*c == '/' ? '\\' : *c);
	print_list(r->unit == RULE_UNIT_FILE
			   ? ", but never "
			   : ", but never one that is, or brings, ",
		r->never, r->never_count);
	fputs(r->hold == RULE_HOLD_MOVE
			? "; it is moved to a folder beside that one."
			: ".",
		stdout);
	if (r->driver_count) {
		print_list(" Its drivers, which are never held: ", r->drivers,
			r->driver_count);
		fputs("; a crash dump that names one points to this content.",
			stdout);
	}
	putchar('\n');
}

void policy_tool_explain(const struct policy *p)
{
	size_t i;

	explain_head(p);
	explain_modes(p);
	explain_share(p);
	printf("Files from a network: not for longer than %lu seconds.\n",
		(unsigned long)p->network_seconds);
	explain_ladder(p);
	if (!p->rule_count)
		puts("It names no vendor: nothing is ever put on hold.");
	for (i = 0; i < p->rule_count; i++)
		explain_rule(&p->rules[i]);
}
