#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker order."""

import hashlib
import os
import struct
import uuid

import suite
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, USAGE, loopbreaker
from policy_room import TIMES, PolicyTest


class Order(PolicyTest):
    """loopbreaker order"""

    def make(self, *words, name="order.dtb", status=DONE, serial="4"):
        """Returns the path of the order."""
        path = self.path(name)
        self.ran("order", "make", "--serial", serial, "--about",
                 'INC "7" \\ x', *TIMES, *words, path, status=status)
        self.assertEqual(os.path.exists(path), status == DONE)
        return path

    def check(self, path, *words, status=DONE, keys="owner.pub"):
        """A run of check."""
        return self.ran("order", "check", "--keys", self.path(keys), *words,
                        path, status=status)

    def signed_order(self, *words):
        """A signed order; returns its path."""
        path = self.make(*words)
        self.ran("order", "sign", "--key", self.path("owner.pem"), path)
        return path

    def test_make_sign_check(self):
        content = self.write("content", "BAD")
        path = self.signed_order("--name", "a.sys", "--name", "b.sys",
                                 "--file", content, "--hash", "ab" * 32)
        run = self.check(path)
        for words in ('Order 4: INC "7" \\ x', "Files: a.sys, b.sys",
                      "Contents: 2", "meant for this PC"):
            self.assertIn(words, run.output)

    def test_who_follows_it(self):
        path = self.signed_order("--name", "a.sys", "--site", "emea")
        self.check(path, status=REFUSED)
        self.check(path, "--site", "apac", status=REFUSED)
        self.check(path, "--site", "emea")
        run = self.check(path, "--site", "emea", "--last-serial", "4",
                         status=REFUSED)
        self.assertIn("followed already", run.words)
        self.check(path, "--site", "emea", "--last-serial", "5",
                   status=REFUSED)
        self.check(path, "--site", "emea", keys="stranger.pub",
                   status=BAD_INPUT)

    def test_share(self):
        path = self.signed_order("--name", "a.sys", "--share", "500")
        self.check(path, status=REFUSED)
        statuses = [loopbreaker("order", "check", "--keys",
                                self.path("owner.pub"), "--machine-id",
                                f"{number:032x}", path,
                                flavour="host").status
                    for number in range(40)]
        self.assertEqual(set(statuses), {DONE, REFUSED})
        self.check(path, "--machine-id", "xyz", status=USAGE)

    def test_whoever_is_addressed(self):
        for words in (("--site", "emea"), ("--share", "1"), ()):
            path = self.signed_order("--name", "a.sys", *words)
            run = self.check(path, "--any-pc")
            self.assertIn("that it is addressed to", run.output)
            self.check(path, "--any-pc", "--last-serial", "4", status=REFUSED)
            self.check(path, "--any-pc", keys="stranger.pub",
                       status=BAD_INPUT)
        self.ran("order", "sign", "--any-pc", "--key", self.path("owner.pem"),
                 path, status=USAGE)

    def test_the_share_of_a_known_pc(self):
        """As the firmware draws: the UUID's bytes lie otherwise in SMBIOS."""
        shown = uuid.UUID("4C4C4544-0035-4D10-8050-B4C04F564433")
        drawn = int.from_bytes(hashlib.sha256(
            struct.pack(">I", 4) + shown.bytes_le).digest()[:4], "big") % 1000
        for share, status in ((drawn, REFUSED), (drawn + 1, DONE)):
            path = self.signed_order("--name", "a.sys", "--share", str(share))
            for text in (str(shown).upper(), shown.hex):
                self.check(path, "--machine-id", text, status=status)

    def test_orders_that_cannot_be_made(self):
        for expires in ("2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
            self.make("--name", "a", "--expires", expires, name="none.dtb",
                      status=BAD_INPUT)
        for words in ((), ("--hash", "ab"), ("--name", "a", "--share", "x")):
            self.make(*words, name="none.dtb", status=USAGE)
        self.make("--file", self.path("none"), name="none.dtb",
                  status=IO_ERROR)

    def test_what_is_there_stays(self):
        path = self.signed_order("--name", "a.sys")
        with open(path, "rb") as file:
            before = file.read()
        self.ran("order", "make", "--serial", "5", "--about", "x", *TIMES,
                 "--name", "a", "--expires", "2099-01-01T00:00:00Z", path,
                 status=BAD_INPUT)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_signatures_of_any_length(self):
        path = self.signed_order("--name", "a.sys")
        for length, status in ((0, BAD_INPUT), (383, BAD_INPUT),
                               (385, BAD_INPUT), (5000, IO_ERROR)):
            self.write("order.dtb.sig", "x" * length)
            self.check(path, status=status)

    def test_each_wrong_word_is_named(self):
        for option, value in (
                ("--serial", "0"), ("--serial", "x"), ("--about", ""),
                ("--from", "2024-07-19"), ("--until", "today"),
                ("--until", "2020-01-01T00:00:00Z"),
                ("--expires", "tomorrow"), ("--name", "C-*.sys"),
                ("--name", "a/b"), ("--share", "0"), ("--share", "1001"),
                ("--site", "")):
            words = {"--serial": "4", "--about": "INC", "--name": "a.sys",
                     **dict(zip(TIMES[::2], TIMES[1::2])), option: value}
            run = self.ran("order", "make", *[word for pair in words.items()
                                              for word in pair],
                           self.path("none.dtb"), status=USAGE)
            self.assertIn(f"{option} is ", run.reason())
            self.assertIn(value, run.reason())
            self.assertFalse(os.path.exists(self.path("none.dtb")))

    def test_lists_are_not_cut(self):
        content = self.write("content", "BAD")
        for option, values in (
                ("--name", [f"{i}.sys" for i in range(33)]),
                ("--hash", [f"{i:064x}" for i in range(33)]),
                ("--file", [content] * 33),
                ("--site", [f"site{i}" for i in range(33)])):
            words = [word for value in values for word in (option, value)]
            self.make("--name" if option != "--name" else "--site", "one",
                      *words[:-2], name="full.dtb")
            os.unlink(self.path("full.dtb"))
            run = self.ran("order", "make", "--serial", "4", "--about", "x",
                           *TIMES, *words, self.path("full.dtb"),
                           status=USAGE)
            self.assertIn(option, run.reason())
            self.assertFalse(os.path.exists(self.path("full.dtb")))
        self.make(*["--file", content] * 16, *["--hash", "ab" * 32] * 17,
                  name="full.dtb", status=USAGE)

    def test_options_of_another_word(self):
        order = self.signed_order("--name", "a.sys")
        key, keys = self.path("owner.pem"), self.path("owner.pub")
        for words in (("sign", "--key", key, "--serial", "9"),
                      ("sign", "--key", key, "--site", "emea"),
                      ("check", "--keys", keys, "--name", "b.sys"),
                      ("check", "--keys", keys, "--share", "9")):
            run = self.ran("order", *words, order, status=USAGE)
            self.assertIn(f"{words[3]} does not go with order {words[0]}",
                          run.reason())
        run = self.ran("order", "make", "--key", key, order, status=USAGE)
        self.assertIn("--key does not go with order make", run.reason())

    def test_what_is_no_order(self):
        policy = self.compiled()
        self.ran("order", "sign", "--key", self.path("owner.pem"), policy,
                 status=BAD_INPUT)
        self.signed(policy)
        run = self.check(policy, status=BAD_INPUT)
        self.assertIn("not understood", run.words)

    def test_wrong_calls(self):
        for words in ((), ("do",), ("make",), ("sign", "x"), ("check", "x"),
                      ("make", "x"), ("check", "--keys"),
                      ("sign", "--key", "a", "b", "c")):
            self.ran("order", *words, status=USAGE)


if __name__ == "__main__":
    suite.main()
