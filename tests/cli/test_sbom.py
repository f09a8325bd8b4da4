#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bill of materials: is it SPDX 2.3, and does it say what is true?"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from suite import BUILD, TOP, main

TOOL = os.path.join(TOP, "scripts", "sbom")
DEPS = os.path.join(BUILD, "deps")
PROGRAMS = ("loopbreaker-x64.efi", "loopbreaker-aa64.efi", "host/loopbreaker")

# Of https://spdx.org/licenses/; what the bill may name.
LICENCES = {"GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-2.1-or-later",
            "BSD-2-Clause", "BSD-3-Clause", "MIT", "Apache-2.0", "NOASSERTION"}
RELATIONS = {"DESCRIBES", "CONTAINS", "STATIC_LINK", "BUILD_TOOL_OF"}

# SPDX 2.3, clauses 6 (document), 7 (package), 8 (file), 11 (relationship).
DOCUMENT_FIELDS = {"spdxVersion", "dataLicense", "SPDXID", "name",
                   "documentNamespace", "creationInfo"}
PACKAGE_FIELDS = {"SPDXID", "name", "downloadLocation"}
FILE_FIELDS = {"SPDXID", "fileName", "checksums"}
IDENTIFIER = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
PURL = re.compile(r"pkg:deb/debian/[a-z0-9.+-]+@[^\s@?]+\?arch=[a-z0-9]+")


def run(build: str, version: str, path: str, **env: str):
    """scripts/sbom, whatever becomes of it."""
    return subprocess.run([TOOL, build, version, path], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **env), check=False)


def read(path: str) -> dict:
    """A bill."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Bill(unittest.TestCase):
    """The one that make wrote."""

    @classmethod
    def setUpClass(cls):
        cls.bill = read(os.path.join(BUILD, "loopbreaker.spdx.json"))
        cls.packages = {p["name"]: p for p in cls.bill["packages"]}

    def test_document(self):
        self.assertLessEqual(DOCUMENT_FIELDS, self.bill.keys())
        self.assertEqual(self.bill["spdxVersion"], "SPDX-2.3")
        self.assertEqual(self.bill["dataLicense"], "CC0-1.0")
        self.assertEqual(self.bill["SPDXID"], "SPDXRef-DOCUMENT")
        self.assertRegex(self.bill["documentNamespace"], r"^https://[^#\s]+$")
        info = self.bill["creationInfo"]
        self.assertRegex(info["created"],
                         r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        for creator in info["creators"]:
            self.assertRegex(creator, r"^(Tool|Person|Organization): \S")

    def test_elements(self):
        known = {self.bill["SPDXID"]}
        for fields, elements in ((PACKAGE_FIELDS, self.bill["packages"]),
                                 (FILE_FIELDS, self.bill["files"])):
            self.assertTrue(elements)
            for element in elements:
                with self.subTest(element["SPDXID"]):
                    self.assertLessEqual(fields, element.keys())
                    self.assertTrue(IDENTIFIER.fullmatch(element["SPDXID"]))
                    self.assertNotIn(element["SPDXID"], known)
                    known.add(element["SPDXID"])
                    words = re.split(r" OR | AND ",
                                     element["licenseConcluded"])
                    self.assertLessEqual(set(words), LICENCES)
        for relation in self.bill["relationships"]:
            self.assertIn(relation["spdxElementId"], known)
            self.assertIn(relation["relatedSpdxElement"], known)
            self.assertIn(relation["relationshipType"], RELATIONS)

    def test_programs(self):
        names = {f["fileName"]: f for f in self.bill["files"]}
        self.assertEqual(set(names), {"./" + name for name in PROGRAMS})
        for name in PROGRAMS:
            with open(os.path.join(BUILD, name), "rb") as file:
                content = file.read()
            sums = {c["algorithm"]: c["checksumValue"]
                    for c in names["./" + name]["checksums"]}
            self.assertEqual(sums["SHA1"], hashlib.sha1(content).hexdigest())
            self.assertEqual(sums["SHA256"],
                             hashlib.sha256(content).hexdigest())

    def test_libraries(self):
        """Each that was fetched, with the version that was fetched."""
        linked = {r["relatedSpdxElement"] for r in self.bill["relationships"]
                  if r["relationshipType"] == "STATIC_LINK"}
        fetched = [name for name in os.listdir(DEPS)
                   if os.path.isdir(os.path.join(DEPS, name))]
        self.assertEqual(len(linked), len(fetched))
        for name in fetched:
            with self.subTest(name):
                with open(os.path.join(DEPS, name, "SOURCE"),
                          encoding="utf-8") as file:
                    first, *sums = file.read().splitlines()
                package = self.packages[name]
                self.assertEqual(package["versionInfo"], first.split()[1])
                self.assertIn(package["SPDXID"], linked)
                self.assertIn(first, package["sourceInfo"])
                for line in sums:
                    self.assertIn(line.split()[0], package["sourceInfo"])
                locator = package["externalRefs"][0]["referenceLocator"]
                self.assertTrue(PURL.fullmatch(locator), locator)

    def test_tools(self):
        version = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", "gcc"], check=True,
            stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual(self.packages["gcc"]["versionInfo"], version)


class Writing(unittest.TestCase):
    """scripts/sbom on a build that is not as it should be."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.build = directory.name
        self.path = os.path.join(self.build, "bill")
        for name in PROGRAMS:
            path = os.path.join(self.build, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy(os.path.join(BUILD, name), path)
        os.mkdir(os.path.join(self.build, "deps"))
        for name in os.listdir(DEPS):
            source = os.path.join(DEPS, name)
            if os.path.isdir(source):
                os.symlink(source, os.path.join(self.build, "deps", name))

    def replace(self, library: str, path: str, text: str) -> None:
        """One file of a library says something else."""
        folder = os.path.join(self.build, "deps", library)
        os.unlink(folder)
        for name in ("SOURCE", "fdt.c"):
            os.makedirs(folder, exist_ok=True)
            shutil.copy(os.path.join(DEPS, library, name), folder)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)

    def expect_refusal(self, words: str) -> None:
        """One sentence, and no bill."""
        done = run(self.build, "1", self.path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(words, done.stdout)
        self.assertFalse(os.path.exists(self.path))

    def test_same_again(self):
        other = self.path + "-again"
        for path in (self.path, other):
            done = run(self.build, "1", path, SOURCE_DATE_EPOCH="1721347200")
            self.assertEqual(done.returncode, 0, done.stdout)
        bill = read(self.path)
        self.assertEqual(bill, read(other))
        self.assertEqual(bill["creationInfo"]["created"],
                         "2024-07-19T00:00:00Z")

    def test_program_missing(self):
        os.unlink(os.path.join(self.build, PROGRAMS[0]))
        self.expect_refusal(PROGRAMS[0])

    def test_unknown_library(self):
        os.mkdir(os.path.join(self.build, "deps", "libnew"))
        self.expect_refusal("libnew")

    def test_library_missing(self):
        os.unlink(os.path.join(self.build, "deps", "mbedtls"))
        self.expect_refusal("mbedtls")

    def test_another_licence(self):
        self.replace("libfdt", "fdt.c", "// SPDX-License-Identifier: MIT\n")
        self.expect_refusal("does not say any more")

    def test_no_checksums(self):
        self.replace("libfdt", "SOURCE", "u-boot 1\n")
        self.expect_refusal("without checksums")

    def test_usage(self):
        done = subprocess.run([TOOL], check=False, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    main()
