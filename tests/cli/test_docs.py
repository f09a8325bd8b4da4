#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does every command that the documentation names work as it stands there?

Those that take seconds are run here; the others are run by what BY names, with
the same options.  Ends with "N passed, N failed".
"""

import glob
import os
import re
import subprocess
import sys
import unittest

from report_format import read_document
from suite import BUILD, TOP, main

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/*.md",
             "tests/boot/scenarios/README.md")
COMMAND = re.compile(r"(make|python3|sudo|apt(-get)?|git|sh|scripts/\S+|"
                     r"build/\S+|loopbreaker|run\.py|dd|images/\S+|"
                     r"openssl \S+(?= -))\s+\S|"
                     r"\./|build/host/")
VERB = re.compile(r"(plan|apply|undo|evidence) (--|[A-Z])")
RIG = "tests/boot/"

# Run as it is; the answer has to have these words.
RUN = {
    "make help": "make check",
    "make layers": "",
    "make length": "",
    "make sbom": "",
    "make build/host/loopbreaker": "",
    "make build/asan/test_decide && build/asan/test_decide": "PASSED",
    "build/host/loopbreaker --help": "usage: loopbreaker",
    "images/make.py --help": "--plain-keys",
    "python3 tests/boot/run.py --list": "july-2024: ",
    "run.py --list": "july-2024: ",
    "run.py --deep --list": "read-errors-status-usb: ",
}

# Run with "--list" behind: the options are right, and so are the names.  make
# check runs the scenarios themselves.
LISTED = {
    "python3 tests/boot/run.py --times": "july-2024: ",
    "run.py --times": "july-2024: ",
    "python3 tests/boot/run.py --only july-2024 --keep": "july-2024: ",
    "python3 tests/boot/run.py --arch x64 --only july-2024": "july-2024: ",
    "python3 tests/boot/run.py --firmware ovmf --only network-first":
        "network-first: ",
    "python3 tests/boot/run.py --firmware aavmf --only network-first --only "
    "drill --only bitlocker-from-the-network --only share-outside": "drill: ",
    "python3 tests/boot/run.py --only stack-depth --firmware aavmf":
        "stack-depth: ",
}

# What docs/policy.md says that it prints.
RUN["loopbreaker policy share --uuid 9d4a7cb0-4a5c-11ef-9f5a-0800200c9a66 "
    "--mac 52:54:00:12:34:56"] = "539\n"

# The example of docs/policy.md as a whole, by the test of that name.
POLICY = (("tests/cli/test_policy.py", r"def test_documented_way"),)

# What runs the rest: files, and an expression that is found there.
CHECK = "tests/check.py"
TEST = "tests/cli/test_command.py"
BY = {
    "make check": ((".ci/run", r"make -j2 check"),),
    "make size": ((CHECK, r"'size', \('make', 'size'"),),
    "make demo": ((CHECK, r"'demo', .*'tests/boot/demo\.py'"),),
    # The same programs, for longer.
    "make fuzz": ((CHECK, r"programs_of\(arguments, 'fuzz_\*'\)"),),
    # The large volume, and what is judged by time, are a part of check-deep.
    "make bench": ((CHECK, r"'bench', .*'tests/boot/bench\.py', \*quickly"),
                   (CHECK, r"quickly = \(\) if arguments\.deep")),
    # A part of check-deep.
    "make bench-images": ((CHECK, r"'tests/boot/image_bench\.py'"),
                          ("Makefile", r"python3 tests/boot/image_bench\.py")),
    "python3 tests/boot/bench.py --quick": ((CHECK, r"else \('--quick',\)"),),
    # Twenty PCs: a part of check-deep.
    "python3 tests/boot/network_fleet.py": (
        (CHECK, r"'tests/boot/network_fleet\.py'"),),
    "python3 tests/engines/bench.py": (
        (CHECK, r"'tests/engines/bench\.py', \*quickly"),),
    **dict.fromkeys((
        "make images",
        "make images POLICY=site.dtb POLICY_KEY=site.pub ORDER=order.dtb "
        "KEYS=site.keys KEY=db.key CERT=db.crt",
        "make images SERVER=10.1.2.3/24 SERVER6=2001:db8::3 "
        "RANGE=10.1.2.100,10.1.2.200 RANGE6=2001:db8::100,2001:db8::1ff "
        "INTERFACE=lan0",
        "make images SOURCE_DATE_EPOCH=1767225600 KEY=db.key CERT=db.crt",
        "make images SHIM=build/shim KEY=mok.key CERT=mok.crt"),
        (("tests/cli/test_images_make.py", r"def test_all_of_it"),)),
    **dict.fromkeys((
        "make shim", "make images KEY=db.key CERT=db.crt",
        'make images KEY="pkcs11:token=site;object=db;'
        'pin-source=file:/etc/loopbreaker/pin" CERT=db.crt'),
        (("tests/cli/test_secure_boot_page.py", r"def test_commands"),)),
    **dict.fromkeys((
        'openssl req -x509 -newkey rsa:2048 -sha256 -days 3650 -noenc -subj '
        '"/CN=Example Ltd Secure Boot 2026/" -keyout db.key -out db.crt',
        "openssl x509 -in db.crt -outform DER -out db.cer",
        'openssl req -x509 -newkey rsa:2048 -sha256 -days 3650 -noenc -subj '
        '"/CN=Example Ltd MOK 2026/" -keyout mok.key -out mok.crt'),
        (("tests/cli/test_secure_boot_page.py", r"def test_commands"),)),
    "openssl dgst -sha256 -sign": (
        ("tests/cli/test_named_files.py",
         r'"openssl", "dgst", "-sha256", "-sign"'),),
    "dd if=build/images/loopbreaker-usb.img of=/dev/sdX bs=4M conv=fsync": (
        ("tests/cli/test_images.py", r'tool\("dd", f"if='),),
    # By hand, before a release.
    "make check-deep": (("Makefile", r"tests/check\.py .*--deep"),),
    "make analyze": ((CHECK, r"'analyze', 'coverage'"),),
    "make coverage": ((CHECK, r"'analyze', 'coverage'"),),
    "build/host/loopbreaker plan IMAGE": (
        (TEST, r'"plan"'), ("tests/cli/command.py", r"host/loopbreaker")),
    "build/host/loopbreaker apply --hold PATH IMAGE": (
        (TEST, r'loopbreaker\("apply", "--hold", BAD_FILE, image'),),
    # The scenario undo.
    "loopbreaker undo IMAGE": (
        ("tests/boot/pc.py", r'builds\.command, "undo", self\.disk\]'),),
    "loopbreaker undo --path PATH": (
        (TEST, r'loopbreaker\("undo", "--path", BAD_FILE, image'),),
    "build/host/loopbreaker evidence FILE...": (
        ("tests/cli/test_evidence.py", r'"evidence"'),),
    "loopbreaker evidence FILE...": (
        ("tests/cli/test_evidence.py", r'"evidence"'),),
    "build/host/loopbreaker bitlocker info IMAGE": (
        ("tests/cli/test_bitlocker.py", r'"bitlocker", "info", volume'),),
    "build/host/loopbreaker bitlocker decrypt --out FILE IMAGE": (
        ("tests/cli/bitlocker_room.py",
         r'"bitlocker", "decrypt", "--out", path'),),
    "build/host/loopbreaker policy explain FILE": (
        ("tests/cli/test_policy.py", r'"policy", "explain"'),),
    "loopbreaker policy share --uuid UUID --mac MAC": (
        ("tests/cli/test_policy.py", r'"policy", "share"'),),
    **dict.fromkeys((
        "build/host/loopbreaker keys check keys.csv",
        "build/host/loopbreaker keys pack -o site.keys keys.csv",
        "build/host/loopbreaker keys list site.keys",
        "loopbreaker keys pack"),
        (("tests/cli/test_keys.py", r"def test_typed"),
         ("tests/cli/test_keys.py", r'run_keys\("check", self\.csv'))),
    "python3 tests/boot/run.py --policy site.dtb --receipt site.receipt": (
        ("tests/cli/test_rig_policy.py", r'"--receipt", self\.receipt'),),
    "python3 tests/boot/run.py --policy merged.dtb --receipt "
    "merged.receipt": (
        ("tests/cli/test_rig_policy.py", r'"--receipt", self\.receipt'),),
    "run.py --policy FILE": (
        ("tests/cli/test_rig_policy.py", r'"--policy"'),),
    **dict.fromkeys((
        "loopbreaker policy compile site.dts",
        "loopbreaker policy explain site.dtb",
        "loopbreaker policy sign --key site.pem --receipt site.receipt "
        "site.dtb",
        "openssl genrsa -out site.pem 3072",
        "openssl pkey -in site.pem -pubout -out site.pub",
        "scripts/sign --policy-key site.pub --key db.key --cert db.crt "
        "build/loopbreaker-x64.efi loopbreaker.efi",
        "loopbreaker policy check --base site.dtb overlay.dts",
        "loopbreaker policy compile --base site.dtb --merged merged.dtb "
        "--output policy-site.dtbo overlay.dts",
        "loopbreaker policy sign --key site.pem --base site.dtb --receipt "
        "merged.receipt policy-site.dtbo",
        'loopbreaker policy sign --key site.pem --without-receipt "INC-4711" '
        "site.dtb",
        'loopbreaker order make --serial 1 --about "INC-4711" --from '
        "2024-07-19T04:09:00Z --until 2024-07-19T05:27:00Z --name "
        "C-00000291-00000000-00000032.sys order.dtb",
        "loopbreaker order sign --key site.pem order.dtb",
        "loopbreaker order check --keys site.pem order.dtb"), POLICY),
}


def code_of(text: str):
    """Yield the lines of code blocks, fenced or indented, and inline code."""
    is_fenced = is_block = False
    before = ""
    for line in text.splitlines():
        if line.startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced:
            yield line.strip()
        else:
            is_indented = line.startswith("    ")
            is_block = is_indented and (is_block or not before.strip())
            if is_block:
                yield line.strip()
            else:
                yield from re.findall(r"`([^`]+)`", line)
        before = line


def commands_of(text: str) -> list[str]:
    """The commands among that, without comments."""
    found = []
    for code in code_of(text):
        code = re.sub(r"\s+#.*", "", code).strip()
        if VERB.match(code):
            code = "loopbreaker " + code
        if COMMAND.match(code):
            found.append(code)
    return found


def documented() -> dict[str, str]:
    """Every command, with a document that has it."""
    found = {}
    for pattern in DOCUMENTS:
        for path in sorted(glob.glob(os.path.join(TOP, pattern))):
            with open(path, encoding="utf-8") as file:
                for command in commands_of(file.read()):
                    found.setdefault(command, os.path.relpath(path, TOP))
    return found


def run(command: str) -> str:
    """What a command says, from the top folder; it has to succeed."""
    build = os.path.relpath(BUILD, TOP)
    command = re.sub(r"^run\.py", f"{sys.executable} {RIG}run.py", command)
    command = re.sub(r"^loopbreaker ", "build/host/loopbreaker ", command)
    command = re.sub(r"(^|\s)build/", rf"\1{build}/", command)
    command = re.sub(r"^make ", f"make SETUP=no BUILD={build} ", command)
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("MAKE", "MFLAGS", "CMOCKA"))}
    done = subprocess.run(["bash", "-c", command], cwd=TOP, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode:
        raise AssertionError(f"{command}: exit code {done.returncode}\n"
                             f"{done.stdout[-3000:]}")
    return done.stdout


class Extraction(unittest.TestCase):
    """Are commands found, and nothing else?"""

    def test_blocks_and_inline_code(self):
        text = ("Say `make one` or\n`make` it; `tests/x.py` is a file.\n\n"
                "    make two        # why\n"
                "    build/host/loopbreaker\n"
                "    efi/  linux/    are folders\n\n"
                "- a list\n    make three is its text\n\n"
                "```sh\nsudo make four\n```\n`undo --path PATH` undoes.\n")
        self.assertEqual(commands_of(text), [
            "make one", "make two", "build/host/loopbreaker",
            "sudo make four", "loopbreaker undo --path PATH"])


class Report(unittest.TestCase):
    """docs/report.md"""

    def test_each_event_is_listed(self):
        events = set()
        for path in glob.glob(os.path.join(TOP, "efi/*.c")) + \
                glob.glob(os.path.join(TOP, "recovery/*.c")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            events |= set(re.findall(r'report_begin\([^,]+, "([\w-]+)"', text))
            events |= set(re.findall(r'\\"event\\":\\"([\w-]+)', text))
        self.assertLessEqual({"start", "result", "exceptions"}, events)
        self.assertEqual(events - set(read_document()), set())


class Documentation(unittest.TestCase):
    def test_each_command_is_run_by_something(self):
        commands = documented()
        known = set(RUN) | set(LISTED) | set(BY)
        self.assertGreater(len(commands), 15)
        self.assertEqual({}, {command: path for command, path
                              in commands.items() if command not in known})
        self.assertEqual(set(), known - set(commands))

    def test_here(self):
        for command, words in RUN.items():
            with self.subTest(command):
                self.assertIn(words, run(command))

    def test_scenarios_that_are_named(self):
        for command, words in LISTED.items():
            with self.subTest(command):
                self.assertIn(words, run(command + " --list"))

    def test_elsewhere(self):
        for command, places in BY.items():
            for path, expression in places:
                with self.subTest(command, path=path), \
                        open(os.path.join(TOP, path),
                             encoding="utf-8") as file:
                    self.assertTrue(re.search(expression, file.read()),
                                    f"{expression} is not found")

    def test_each_scenario_that_is_named_exists(self):
        names = set()
        for pattern in DOCUMENTS:
            for path in glob.glob(os.path.join(TOP, pattern)):
                with open(path, encoding="utf-8") as file:
                    names |= set(re.findall(
                        r"\bscenarios?\s`([a-z0-9*-]+)`", file.read()))
        self.assertGreater(len(names), 4)
        for name in names:
            self.assertTrue(glob.glob(os.path.join(
                TOP, RIG, "scenarios", name + ".toml")), name)

    def test_each_target_of_make_help_exists(self):
        targets = re.findall(r"^  make (\S+)", run("make help"), re.M)
        self.assertGreater(len(targets), 10)
        run(f"make -n {' '.join(targets)}")  # says which one does not


if __name__ == "__main__":
    main()
