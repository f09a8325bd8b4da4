#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/secure-boot.md: what stands there works as it stands there, and what it says
of scenarios is so.
"""

import glob
import os
import re
import subprocess

import suite
from class_room import ClassRoom
from key_room import must
from token_room import PIN, forget_token, make_token

PAGE = os.path.join(suite.TOP, "docs", "secure-boot.md")
SCENARIOS = os.path.join(suite.TOP, "tests", "boot", "scenarios")
IMAGES = os.path.join(suite.BUILD, "images")
PIN_FILE = "/etc/loopbreaker/pin"  # as the page has it
COMMANDS = 8


class Page(ClassRoom):
    """Commands and tables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(PAGE, encoding="ascii") as file:
            cls.text = file.read()

    @classmethod
    def tearDownClass(cls):
        forget_token()
        super().tearDownClass()

    def here(self, line):
        """A command with this machine's paths; files are in the room."""
        build = os.path.relpath(suite.BUILD, suite.TOP)
        line = re.sub(r"\b(KEY|CERT)=([a-z.]+)(?=\s|$)",
                      lambda word: f"{word[1]}={self.path(word[2])}", line)
        line = line.replace(PIN_FILE, self.path("pin"))
        line = re.sub(r"(^|[ =])build/", rf"\1{suite.BUILD}/", line)
        return re.sub(r"^make ",
                      f"make -C {suite.TOP} SETUP=no BUILD={build} ", line)

    def run_line(self, line):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(["bash", "-c", self.here(line)], env=env,
                              cwd=self.room.name, text=True, check=False,
                              capture_output=True)
        self.assertEqual(done.returncode, 0,
                         f"{line}: {done.stdout}{done.stderr}")

    def prepare_token(self):
        """The token that the page names has the key that it made."""
        with open(self.path("pin"), "w", encoding="ascii") as file:
            file.write(PIN)
        make_token(self.path("token"), self.path("db.key"))

    def signed_by(self, cert, *names):
        for name in names:
            must("sbverify", "--cert", self.path(cert),
                 os.path.join(IMAGES, "pxe/files", name))

    def test_commands(self):
        lines = [line.strip() for block in re.findall(
            r"\n\n((?:    \S.*\n)+)", self.text)
                 for line in block.splitlines()]
        self.assertEqual(len(lines), COMMANDS, lines)
        for line in lines:
            if "pkcs11:" in line:
                self.prepare_token()
            self.run_line(line)
            if "pkcs11:" in line:
                self.signed_by("db.crt", "loopbreaker-x64.efi",
                               "loopbreaker-aa64.efi")
        self.signed_by("mok.crt", "grubx64.efi", "grubaa64.efi")
        must("openssl", "x509", "-inform", "DER", "-in", self.path("db.cer"),
             "-noout")

    def test_scenarios(self):
        """Those in the last column of a table are there, and are what the page
        says: with Secure Boot, or of policies with it.
        """
        tables = re.findall(r"^\|.*\| scenario \|\n((?:\|.*\n)+)", self.text,
                            re.M)
        self.assertEqual(len(tables), 2)
        cells = re.findall(r"\| ([^|]*) \|$", "".join(tables), re.M)
        names = set(re.findall(r"`([a-z0-9-]+)`", " ".join(cells)))
        policies = set(re.findall(r"`(policy-[a-z-]+)`", self.text))
        self.assertGreater(len(names), 10)
        self.assertEqual(len(policies), 4)
        for name in names | policies:
            with self.subTest(name), open(
                    os.path.join(SCENARIOS, name + ".toml"),
                    encoding="utf-8") as file:
                self.assertIn("secure_boot", file.read())

    def test_each_scenario_with_shim_is_named(self):
        for path in glob.glob(os.path.join(SCENARIOS, "shim-*.toml")):
            name = os.path.basename(path).removesuffix(".toml")
            self.assertIn(f"`{name}`", self.text)


if __name__ == "__main__":
    suite.main()
