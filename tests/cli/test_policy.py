#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker policy and order.

Keys are made for one run and are worth nothing.
"""

import hashlib
import json
import os
import re
import subprocess
import tempfile
import unittest

import suite
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, USAGE, loopbreaker

DEFAULT = os.path.join(suite.TOP, "images", "policy", "default.dts")
SIGN = os.path.join(suite.TOP, "scripts", "sign")
APPLICATION = os.path.join(suite.BUILD, "loopbreaker-x64.efi")

GOOD = """/dts-v1/;
/ {
	compatible = "loopbreaker,policy-1";
	serial = <7>;
	site = "emea";
	limits {
		crashes = <3>;
		window-hours = <48>;
		max-files = <8>;
	};
	modes { installed = "ask"; };
	vendors {
		contoso {
			vendor-name = "Contoso";
			folder = "ProgramData/Contoso/Content";
			unit = "file";
			content = "*.dat";
			never = "engine.dat";
			drivers = "contoso.sys";
			source = "Contoso manual, page 7";
		};
	};
};
"""
OVERLAY = """/dts-v1/;
/ {
	compatible = "loopbreaker,policy-overlay-1";
	base-serial = <7>;
	fragment@0 {
		target-path = "/limits";
		__overlay__ { crashes = <5>; };
	};
};
"""
FINDING = re.compile(r"^(?P<file>[^:]+):(?:(?P<line>\d+):)? "
                     r"(?P<kind>error|warning): (?P<path>/\S*): (?P<text>.*)\.$")
TIMES = ("--from", "2024-07-19T04:09:00Z", "--until", "2024-07-19T05:27:00Z")


def must(*command):
    """A tool that has to work."""
    subprocess.run(command, check=True, capture_output=True)


class PolicyTest(unittest.TestCase):
    """Keys of an owner and of a stranger, in a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        for name in ("owner", "stranger"):
            must("openssl", "genrsa", "-out", cls.path(name + ".pem"), "3072")
            must("openssl", "rsa", "-in", cls.path(name + ".pem"), "-pubout",
                 "-out", cls.path(name + ".pub"))
        must("openssl", "genrsa", "-out", cls.path("small.pem"), "2048")

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def path(cls, name):
        """The path of a file in the folder."""
        return os.path.join(cls.room.name, name)

    def write(self, name, text):
        """A file in the folder; returns its path."""
        path = self.path(name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def ran(self, *words, status=DONE, **options):
        """A run that has to end with @status, and to say why if that is bad."""
        run = loopbreaker(*words, **options)
        self.assertEqual(run.status, status, run)
        if status != DONE:
            self.assertTrue(run.words, run)
        return run

    def compiled(self, text=GOOD, name="site"):
        """The path of a compiled policy."""
        source = self.write(name + ".dts", text)
        self.ran("policy", "compile", source)
        return self.path(name + ".dtb")

    def receipt(self, policy, passed=("july-2024 aavmf",)):
        """As tests/boot/run.py writes it."""
        with open(policy, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        return self.write("receipt.json", json.dumps(
            {"receipt": "loopbreaker,policy-receipt-1", "sha256": digest,
             "passed": list(passed)}, indent=1))

    def signed(self, path, key="owner"):
        """Sign a policy without a receipt; returns its path."""
        self.ran("policy", "sign", "--key", self.path(key + ".pem"),
                 "--without-receipt", "a test", path)
        return path

    def ordered(self, *words, name="order.dtb"):
        """A signed order for what was delivered in TIMES."""
        path = self.path(name)
        self.ran("order", "make", "--serial", "4", "--about", "INC-7",
                 *TIMES, *words, path)
        self.ran("order", "sign", "--key", self.path("owner.pem"), path)
        return path


class Compile(PolicyTest):
    """compile, check, explain"""

    def findings(self, text, status, name="bad.dts"):
        """What check says: (line, kind, node, text)."""
        path = self.write(name, text)
        run = self.ran("policy", "check", path, status=status)
        found = []
        for line in run.words.splitlines():
            match = FINDING.match(line)
            self.assertTrue(match, line)
            self.assertEqual(match["file"], path)
            found.append((int(match["line"] or 0), match["kind"],
                          match["path"], match["text"]))
        return found

    def changed(self, old, new, status=BAD_INPUT):
        """The findings in GOOD with one thing changed."""
        self.assertIn(old, GOOD)
        return self.findings(GOOD.replace(old, new), status)

    def test_good(self):
        self.assertEqual(self.findings(GOOD, DONE), [])
        path = self.compiled()
        with open(path, "rb") as file:
            self.assertEqual(file.read(4), b"\xd0\r\xfe\xed")
        run = self.ran("policy", "check", path)
        self.assertIn("serial 7", run.output)

    def test_the_default_policy_has_no_fault(self):
        run = self.ran("policy", "check", DEFAULT)
        self.assertEqual(run.words, "")

    def test_unknown_properties(self):
        found = self.changed("max-files = <8>;",
                             "max-files = <8>; max-rungs = <3>;", DONE)
        self.assertEqual(found, [(9, "warning", "/limits",
                                  "max-rungs is not known and is ignored")])
        found = self.changed("vendors {", "extra { }; vendors {", DONE)
        self.assertEqual(found[0][2:], ("/extra",
                                        "is not known and is ignored"))
        self.assertEqual(self.changed("serial = <7>;",
                                      'serial = <7>; x-ticket = "4711"; '
                                      'acme,owner = "me";', DONE), [])

    def test_bounds(self):
        for old, new, line, prop, words in (
                ("crashes = <3>", "crashes = <1>", 7, "crashes", "2 to 10"),
                ("window-hours = <48>", "window-hours = <0>", 8,
                 "window-hours", "1 to 720"),
                ("window-hours = <48>", "window-hours = <721>", 8,
                 "window-hours", "1 to 720"),
                ("max-files = <8>", "max-files = <65>", 9, "max-files",
                 "1 to 64"),
                ("max-files = <8>", "max-files = <8>, <9>", 9, "max-files",
                 "one number"),
                ('"ask"', '"asks"', 11, "installed", "signed-order-only"),
                ('"file"', '"files"', 16, "unit", "generation-folder"),
                ('"*.dat"', '"*.*"', 17, "content", "at least one"),
                ('"ProgramData/Contoso/Content"', '"../x"', 15, "folder",
                 "without .."),
                ("serial = <7>;", 'serial = <7>; expires = "soon";', 4,
                 "expires", "2027")):
            found = self.changed(old, new)
            self.assertEqual(len(found), 1, found)
            self.assertEqual(found[0][:2], (line, "error"), found)
            self.assertTrue(found[0][3].startswith(prop), found)
            self.assertIn(words, found[0][3])

    def test_what_is_missing(self):
        for line in ("serial = <7>;", "crashes = <3>;", 'unit = "file";',
                     'source = "Contoso manual, page 7";',
                     'folder = "ProgramData/Contoso/Content";'):
            found = self.changed(line, "")
            self.assertEqual([f[1] for f in found], ["error"], found)
            self.assertIn(line.split(" ")[0] + " is missing", found[0][3])
            self.assertGreater(found[0][0], 0)
        found = self.changed('drivers = "contoso.sys";', "", DONE)
        self.assertIn("once decisions read crash dumps", found[0][3])

    def test_expired(self):
        found = self.changed("serial = <7>;", "serial = <7>; expires = "
                             '"2020-01-01T00:00:00Z";')
        self.assertEqual([f[3] for f in found], ["expires is in the past"])

    def test_files_of_windows(self):
        for folder, content, name in (
                ("windows/system32/drivers", "t*p.sys", "tcpip.sys"),
                ("Windows/System32", "nto*.exe", "ntoskrnl.exe"),
                ("Windows/System32/config", "sys*", "SYSTEM"),
                ("EFI/Microsoft/Boot", "*.efi", "bootmgfw.efi")):
            text = GOOD.replace("ProgramData/Contoso/Content", folder)
            found = self.findings(text.replace("*.dat", content), BAD_INPUT)
            self.assertEqual(found[0][:3], (17, "error", "/vendors/contoso"))
            self.assertIn(name, found[0][3])
        found = self.findings(GOOD.replace("ProgramData/Contoso/Content",
                                           "Windows/System32/drivers"), DONE)
        self.assertIn("one of Windows' own", found[0][3])

    def rules(self, content, other, never=""):
        """The findings in GOOD with one more rule for the same folder."""
        rule = GOOD[GOOD.index("\t\tcontoso {"):GOOD.index("\t};\n};\n")]
        second = rule.replace("contoso {", "more {").replace(
            '"*.dat"', other).replace('"engine.dat"', never or '"e.dat"')
        second = second.replace("ProgramData", "programdata")
        first = rule.replace('"*.dat"', content)
        return self.findings(GOOD.replace(rule, first + second), BAD_INPUT)

    def test_overlaps(self):
        for one, other in (('"*.dat"', '"*.dat"'), ('"a*.dat"', '"*b.dat"'),
                           ('"x", "A?.dat"', '"z", "a*t"')):
            found = self.rules(one, other)
            self.assertEqual(found[-1][2], "/vendors/more", found)
            self.assertIn("overlaps", found[-1][3])
        source = self.write("two.dts", GOOD)
        self.assertEqual(loopbreaker("policy", "check", source).status, DONE)

    def test_rules_without_effect(self):
        found = self.changed('"engine.dat"', '"*.dat"', DONE)
        self.assertIn("no effect", found[0][3])
        found = self.changed('"file"', '"generation-folder"', DONE)
        self.assertIn("passed over", found[0][3])

    def test_source_that_is_wrong(self):
        path = self.write("broken.dts", GOOD.replace("};", "", 1))
        run = self.ran("policy", "compile", path, status=BAD_INPUT)
        self.assertRegex(run.words, r"broken\.dts:\d+")
        self.assertFalse(os.path.exists(self.path("broken.dtb")))
        path = self.write("faulty.dts", GOOD.replace("<3>", "<1>"))
        self.ran("policy", "compile", path, status=BAD_INPUT)
        self.assertFalse(os.path.exists(self.path("faulty.dtb")))

    def test_trees_that_are_damaged(self):
        with open(self.compiled(), "rb") as file:
            data = file.read()
        for cut in (4, 39, 40, 100, len(data) - 1):
            path = self.path("cut.dtb")
            with open(path, "wb") as file:
                file.write(data[:cut])
            self.ran("policy", "check", path, status=BAD_INPUT)
        for place in range(0, len(data), 7):
            with open(path, "wb") as file:
                file.write(data[:place] + bytes([data[place] ^ 0x20]) +
                           data[place + 1:])
            self.assertIn(loopbreaker("policy", "check", path).status,
                          (DONE, BAD_INPUT))

    def test_without_dtc(self):
        path = self.write("site.dts", GOOD)
        environment = dict(os.environ, PATH=self.room.name)
        done = subprocess.run(
            [os.path.join(suite.BUILD, "host/loopbreaker"), "policy",
             "compile", path], env=environment, capture_output=True,
            text=True, check=False)
        self.assertEqual(done.returncode, IO_ERROR)
        self.assertIn("install the package device-tree-compiler",
                      done.stderr)

    def test_explain(self):
        run = self.ran("policy", "explain", self.write("site.dts", GOOD))
        for words in ("policy 7 of the site emea", "does not expire",
                      "own disk, it acts only if a person", "3 sessions",
                      "48 hours", "8 files", "Contoso: each file *.dat in "
                      "\\ProgramData\\Contoso\\Content, but never engine.dat.",
                      "never held: contoso.sys (no decision reads crash "
                      "dumps", "put on hold as well", "all of it is given "
                      "back"):
            self.assertIn(words, run.output)

    def test_overlay(self):
        base = self.compiled()
        overlay = self.write("more.dts", OVERLAY)
        run = self.ran("policy", "check", overlay, status=BAD_INPUT)
        self.assertIn("--base", run.words)
        merged = self.path("merged.dtb")
        self.ran("policy", "check", "--base", base, "--merged", merged,
                 overlay)
        run = self.ran("policy", "explain", merged)
        self.assertIn("5 sessions", run.output)
        for old, new, words in (
                ("<5>", "<11>", "2 to 10"), ("<7>", "<8>", "another serial"),
                ("/limits", "/limit", "does not fit")):
            path = self.write("wrong.dts", OVERLAY.replace(old, new))
            run = self.ran("policy", "check", "--base", base, path,
                           status=BAD_INPUT)
            self.assertIn(words, run.words)

    def test_base_without_an_overlay(self):
        base = self.compiled()
        run = self.ran("policy", "check", "--base", base, base,
                       status=BAD_INPUT)
        self.assertIn("no overlay", run.reason())

    def test_what_is_no_policy(self):
        order = self.ordered("--name", "a.sys")
        run = self.ran("policy", "check", order, status=BAD_INPUT)
        self.assertIn("incident order, not a policy", run.reason())
        noise = self.path("noise.dtb")
        for content in (hashlib.sha512(b"noise").digest(), b"", b"hello\n",
                        b"/dts-v1/;\0"):
            with open(noise, "wb") as file:
                file.write(content)
            run = self.ran("policy", "check", noise, status=BAD_INPUT)
            self.assertIn(noise, run.reason())
            self.assertIn("neither device-tree source", run.reason())

    def test_wrong_calls(self):
        path = self.write("site.dts", GOOD)
        for words in ((), ("make",), ("check",), ("check", path, path),
                      ("check", "--key", "x", path), ("compile",),
                      ("compile", path + "x"), ("sign", path),
                      ("sign", "--key", "x", path),
                      ("sign", "--key", "x", "--receipt", "a",
                       "--without-receipt", "b", path),
                      ("explain", "--output", "x", path),
                      ("check", "--merged", "x", path),
                      ("check", "--nothing", path)):
            run = loopbreaker("policy", *words)
            self.assertIn(run.status, (USAGE, IO_ERROR), run)
            self.assertTrue(run.words, run)
        self.ran("policy", "check", self.path("none"), status=IO_ERROR)
        self.ran("policy", "check", self.room.name, status=IO_ERROR)


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
            file.write(b"\0")
        self.ran("policy", "check", "--keys", program, policy,
                 status=BAD_INPUT)
        os.unlink(policy + ".sig")
        self.ran("policy", "check", "--keys", program, policy,
                 status=IO_ERROR)


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

    def test_orders_that_cannot_be_made(self):
        for expires in ("2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
            self.make("--name", "a", "--expires", expires, name="none.dtb",
                      status=BAD_INPUT)
        for words in ((), ("--hash", "ab"), ("--name", "a", "--share", "x")):
            self.make(*words, name="none.dtb", status=USAGE)
        self.make("--file", self.path("none"), name="none.dtb",
                  status=IO_ERROR)

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


class Documented(PolicyTest):
    """docs/policy.md: what stands there works as it stands there."""

    def setUp(self):
        with open(os.path.join(suite.TOP, "docs", "policy.md"),
                  encoding="ascii") as file:
            self.blocks = re.findall(r"(?:^    .*\n)+", file.read(), re.M)
        for name in ("images", "scripts", "tests", "build"):
            os.symlink(suite.BUILD if name == "build"
                       else os.path.join(suite.TOP, name), self.path(name))
        os.symlink(os.path.join(suite.BUILD, "host/loopbreaker"),
                   self.path("loopbreaker"))
        must("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", self.path("db.key"), "-subj", "/CN=db/", "-out",
             self.path("db.crt"))

    def run_line(self, line):
        """One command of the document."""
        if line.startswith("python3 tests/boot/run.py"):
            # Another suite runs the rig.
            policy, receipt = line.split()[3::2]
            os.rename(self.receipt(self.path(policy)), self.path(receipt))
            return
        env = dict(os.environ, PATH=f"{self.room.name}:{os.environ['PATH']}")
        done = subprocess.run(
            ["bash", "-c", line], env=env,
            cwd=self.room.name, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")

    def test_documented_way(self):
        overlay = [block for block in self.blocks if "/dts-v1/" in block]
        self.write("overlay.dts", re.sub("^    ", "", overlay[0], flags=re.M))
        lines = [line.strip() for block in self.blocks
                 for line in block.splitlines() if block not in overlay]
        self.assertEqual(len(lines), 15)
        for line in lines:
            self.run_line(line)
        must("sbverify", "--cert", self.path("db.crt"),
             self.path("loopbreaker.efi"))
        run = self.ran("policy", "check", "--keys",
                       self.path("loopbreaker.efi"), self.path("site.dtb"))
        self.assertIn("signed", run.output)
        must("openssl", "dgst", "-sha256", "-prverify", self.path("site.pem"),
             "-signature", self.path("policy-site.dtbo.sig"),
             self.path("policy-site.dtbo"))
        run = self.ran("policy", "explain", self.path("merged.dtb"))
        self.assertIn("3 sessions", run.output)


if __name__ == "__main__":
    suite.main()
