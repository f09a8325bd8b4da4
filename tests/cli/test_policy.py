#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker policy compile, check and explain, and docs/policy.md."""

import hashlib
import os
import re
import signal
import subprocess
import uuid

import suite
from command import BAD_INPUT, DONE, IO_ERROR, USAGE, loopbreaker
from key_room import must
from policy_room import DEFAULT, GOOD, OVERLAY, PolicyTest

FINDING = re.compile(r"^(?P<file>[^:]+):(?:(?P<line>\d+):)? "
                     r"(?P<kind>error|warning): (?P<path>/\S*): (?P<text>.*)\.$")


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
                ("max-files = <8>;", "max-files = <8>; share-per-mille = "
                 "<1001>;", 9, "share-per-mille", "0 to 1000"),
                ('"ask"', '"asks"', 11, "installed", "signed-order-only"),
                ('"file"', '"files"', 16, "unit", "generation-folder"),
                ('"file";', '"generation-folder"; hold = "move";', 16, "hold",
                 "with the unit"),
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
        found = self.changed("serial = <7>;", "serial = <0>;")
        self.assertEqual([f[3] for f in found],
                         ["serial must be from 1 to 4294967295"])
        found = self.changed('drivers = "contoso.sys";', "", DONE)
        self.assertIn("somebody else's crash", found[0][3])

    def test_texts_that_are_too_long(self):
        for old, limit, prop in (('"Contoso"', 64, "vendor-name"),
                                 ('"emea"', 64, "site"),
                                 ('"Contoso manual, page 7"', 255, "source")):
            self.assertEqual(
                self.changed(old, f'"{"x" * limit}"', DONE), [])
            found = self.changed(old, f'"{"x" * (limit + 1)}"')
            self.assertEqual(len(found), 1, found)
            self.assertTrue(found[0][3].startswith(prop), found)
            self.assertIn(f"at most {limit} characters", found[0][3])
            self.assertGreater(found[0][0], 0)

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

    def compile_with(self, dtc, status, **options):
        """A run of compile with another dtc; returns it."""
        tools = self.path("tools")
        os.makedirs(tools, exist_ok=True)
        program = os.path.join(tools, "dtc")
        with open(program, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + dtc)
        os.chmod(program, 0o755)
        path = os.environ["PATH"]
        os.environ["PATH"] = f"{tools}:{path}"
        try:
            return self.ran("policy", "compile", self.write("any.dts", GOOD),
                            status=status, **options)
        finally:
            os.environ["PATH"] = path

    def test_a_dtc_that_fails(self):
        run = self.compile_with("kill -9 $$\n", IO_ERROR)
        self.assertIn("dtc was killed", run.reason())
        run = self.compile_with("exit 3\n", BAD_INPUT)
        self.assertIn("dtc did not do it", run.reason())
        run = self.compile_with("head -c 17000000 /dev/zero\n", IO_ERROR)
        self.assertIn("dtc has printed too much", run.reason())
        run = self.compile_with("exit 0\n", BAD_INPUT)
        self.assertFalse(os.path.exists(self.path("any.dtb")))

    def test_children_that_are_ignored(self):
        """Whoever runs us does not want to hear of dead children."""
        self.ran("policy", "check", self.write("site.dts", GOOD),
                 preexec_fn=lambda: signal.signal(signal.SIGCHLD,
                                                  signal.SIG_IGN))

    def test_only_files_are_replaced(self):
        source = self.write("kept.dts", GOOD)
        target = self.write("target", "x")
        link = self.path("link.dtb")
        os.symlink(target, link)
        os.mkfifo(self.path("fifo.dtb"))
        os.mkdir(self.path("folder.dtb"))
        for name in ("link.dtb", "fifo.dtb", "folder.dtb"):
            before = os.lstat(self.path(name))
            run = self.ran("policy", "compile", "--output", self.path(name),
                           source, status=IO_ERROR)
            self.assertIn("not a regular file", run.reason())
            self.assertEqual(os.lstat(self.path(name)).st_ino, before.st_ino)
            self.assertFalse(os.path.exists(self.path(name + ".new")))
        with open(target, encoding="ascii") as file:
            self.assertEqual(file.read(), "x")

    def test_explain(self):
        run = self.ran("policy", "explain", self.write("site.dts", GOOD))
        for words in ("policy 7 of the site emea", "does not expire",
                      "own disk, it acts only if a person", "3 sessions",
                      "48 hours", "8 files", "Contoso: each file *.dat in "
                      "\\ProgramData\\Contoso\\Content, but never engine.dat.",
                      "never held: contoso.sys; a crash dump that names "
                      "one points to this", "put on hold as well", "all of it is given "
                      "back"):
            self.assertIn(words, run.output)

    def test_a_share(self):
        text = GOOD.replace("max-files = <8>;", "max-files = <8>; "
                            "share-per-mille = <10>;")
        self.assertEqual(self.findings(text, DONE), [])
        run = self.ran("policy", "explain", self.write("canary.dts", text))
        self.assertIn("Of 1000 PCs that is so for the 10 whose number is below"
                      " 10;", run.output)
        run = self.ran("policy", "explain", self.write("site.dts", GOOD))
        self.assertNotIn("Of 1000", run.output)

    @staticmethod
    def number(given, card):
        """As docs/policy.md says."""
        drawn = hashlib.sha256(
            (uuid.UUID(given).bytes_le if given else b"") +
            bytes.fromhex(card.replace(":", ""))).digest()
        return int.from_bytes(drawn[:4], "big") % 1000

    def test_the_number_of_a_pc(self):
        given = "9d4a7cb0-4a5c-11ef-9f5a-0800200c9a66"
        card = "52:54:00:12:34:56"
        for words, expected in (
                (("--uuid", given, "--mac", card), self.number(given, card)),
                (("--mac", "52-54-00-12-34-56", "--uuid",
                  given.upper().replace("-", "")), self.number(given, card)),
                (("--uuid", given), self.number(given, "")),
                (("--mac", "525400123456"), self.number("", card)),
                # The firmware counts it as none.
                (("--uuid", "F" * 32, "--mac", card), self.number("", card)),
                (("--uuid", "0" * 32, "--mac", card), self.number("", card))):
            run = self.ran("policy", "share", *words)
            self.assertEqual(run.output, f"{expected}\n", words)
        run = self.ran("policy", "share", "--uuid", "0" * 32,
                       status=BAD_INPUT)
        self.assertIn("there is none", run.words)

    def test_a_pc_that_is_called_wrongly(self):
        for words in ((), ("--uuid", "1" * 31), ("--uuid", "1" * 33),
                      ("--mac", "1" * 11), ("--mac", "1" * 13),
                      ("--mac", "52:54:00:12:34:5g"), ("--keys", "x"),
                      ("--mac", "1" * 12, "site.dtb")):
            self.ran("policy", "share", *words, status=USAGE)

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
        rules = [block for block in self.blocks if "vendor-name" in block]
        overlay = [block for block in self.blocks if "/dts-v1/" in block]
        self.write("overlay.dts", re.sub("^    ", "", overlay[0], flags=re.M))
        lines = [line.strip() for block in self.blocks
                 for line in block.splitlines()
                 if block not in overlay + rules]
        self.assertEqual(len(lines), 17)
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
        with open(DEFAULT, encoding="ascii") as file:
            default = file.read()
        path = self.write("with-rules.dts", default + "/ { vendors {\n" +
                          "\n".join(rules) + "}; };\n")
        run = self.ran("policy", "check", path)
        self.assertEqual(run.words, "")
        run = self.ran("policy", "explain", path)
        self.assertIn("as a whole, while another remains", run.output)


if __name__ == "__main__":
    suite.main()
