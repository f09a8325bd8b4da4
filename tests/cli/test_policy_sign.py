#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker policy sign, and check --keys."""

import hashlib
import json
import os

import suite
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, USAGE
from key_room import must
from policy_room import GOOD, PolicyTest
from token_room import forget_token, key_name, make_token

SIGN = os.path.join(suite.TOP, "scripts", "sign")
APPLICATION = os.path.join(suite.BUILD, "loopbreaker-x64.efi")


class Sign(PolicyTest):
    """sign, and check --keys"""

    def sign(self, policy, *words, status=DONE, key="owner.pem"):
        """A run of sign."""
        return self.ran("policy", "sign", "--key", self.path(key), *words,
                        policy, status=status)

    def companion(self, policy):
        """What stands beside the signature."""
        with open(policy + ".sig.json", encoding="ascii") as file:
            text = file.read()
        self.assertEqual(text[-2:], "}\n")
        return json.loads(text)

    def test_with_a_receipt(self):
        policy = self.compiled(name="receipt")
        self.sign(policy, "--receipt", self.receipt(policy))
        self.assertEqual(os.path.getsize(policy + ".sig"), 384)
        must("openssl", "dgst", "-sha256", "-verify", self.path("owner.pub"),
             "-signature", policy + ".sig", policy)
        noted = self.companion(policy)
        with open(policy, "rb") as file:
            self.assertEqual(noted["sha256"],
                             hashlib.sha256(file.read()).hexdigest())
        self.assertTrue(noted["receipt"].endswith("receipt.json"))
        self.assertNotIn("without_receipt", noted)
        self.ran("policy", "check", "--keys", self.path("owner.pub"), policy)

    def test_receipts_that_are_refused(self):
        policy = self.compiled(name="refused")
        other = self.compiled(GOOD.replace("<7>", "<8>"), "other")
        for receipt, words in (
                (lambda: self.receipt(other), "another policy"),
                (lambda: self.receipt(policy, ()), "no scenario"),
                (lambda: self.write("text", "passed"), "not a receipt")):
            run = self.sign(policy, "--receipt", receipt(), status=REFUSED)
            self.assertIn(words, run.words)
        self.sign(policy, "--receipt", self.path("none"), status=IO_ERROR)
        self.assertFalse(os.path.exists(policy + ".sig"))

    def test_without_a_receipt(self):
        policy = self.compiled(name="without")
        run = self.sign(policy, "--without-receipt", "INC-7, no time")
        self.assertIn("without the rig's receipt: INC-7", run.words)
        self.assertEqual(self.companion(policy)["without_receipt"],
                         "INC-7, no time")

    def test_keys_that_do_not_fit(self):
        policy = self.compiled(name="keys")
        run = self.sign(policy, "--without-receipt", "x", key="small.pem",
                        status=BAD_INPUT)
        self.assertIn("3072", run.words)
        self.sign(policy, "--without-receipt", "x", key="none.pem",
                  status=IO_ERROR)
        self.assertFalse(os.path.exists(policy + ".sig"))

    def test_the_notice_comes_only_with_a_signature(self):
        policy = self.compiled(name="notice")
        run = self.sign(policy, "--without-receipt", "x", key="none.pem",
                        status=IO_ERROR)
        self.assertNotIn("is signed", run.words)
        run = self.sign(policy, "--without-receipt", "", status=USAGE)
        self.assertIn("wants the reason", run.reason())
        self.assertFalse(os.path.exists(policy + ".sig"))

    def test_source_is_not_signed(self):
        self.compiled(name="source")
        for name, words in (("source.dts", self.path("source.dtb")),
                            ("source", "what comes of it")):
            path = self.write(name, GOOD)
            run = self.sign(path, "--without-receipt", "x", status=BAD_INPUT)
            self.assertIn("is source: compile it and sign " + words,
                          run.reason())
            self.assertFalse(os.path.exists(path + ".sig"))

    def test_faulty_policies_are_not_signed(self):
        faulty = self.write("faulty.dts", GOOD.replace("<3>", "<1>"))
        self.sign(faulty, "--without-receipt", "x", status=BAD_INPUT)
        self.assertFalse(os.path.exists(faulty + ".sig"))

    def test_forgeries(self):
        policy = self.signed(self.compiled(name="forged"))
        self.ran("policy", "check", "--keys", self.path("stranger.pub"),
                 policy, status=BAD_INPUT)
        program = self.path("site.efi")
        must(SIGN, "--policy-key", self.path("owner.pub"), APPLICATION,
             program)
        self.ran("policy", "check", "--keys", program, policy)
        self.ran("policy", "check", "--keys", APPLICATION, policy,
                 status=BAD_INPUT)
        with open(policy + ".sig", "r+b") as file:
            first = file.read(1)[0]
            file.seek(0)
            file.write(bytes([first ^ 1]))
        self.ran("policy", "check", "--keys", program, policy,
                 status=BAD_INPUT)
        os.unlink(policy + ".sig")
        self.ran("policy", "check", "--keys", program, policy,
                 status=IO_ERROR)


class Token(PolicyTest):
    """A key in a token."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_token(cls.path("token"), cls.path("owner.pem"))

    @classmethod
    def tearDownClass(cls):
        forget_token()
        super().tearDownClass()

    def test_signed(self):
        policy = self.compiled(name="token")
        self.ran("policy", "sign", "--key", key_name(), "--without-receipt",
                 "x", policy)
        must("openssl", "dgst", "-sha256", "-verify", self.path("owner.pub"),
             "-signature", policy + ".sig", policy)


if __name__ == "__main__":
    suite.main()
