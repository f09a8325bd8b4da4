#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The loopbreaker command: how it is called, what it refuses and how it says
so.  Every run must end with a documented status, without a sanitizer's words.
"""

import fcntl
import os
import re
import shutil
import struct
import subprocess

import suite
from class_room import ClassRoom
from command import (BAD_INPUT, DONE, IO_ERROR, PROGRAMS, REFUSED, USAGE,
                     loopbreaker)
from ntfs_readers import VolumeReader
from report_format import LINE_BYTES, complaints
from volume_maker import (BAD_FILE, copy, damage_journal, digest, fingerprint,
                          make_volume)

HELD = re.compile(r"bad\.sys\.held-[0-9a-f]{8}")
# The verbs, and what each one's help has to explain.
VERBS = {"plan": ("--hold", "--json", "--policy", "--order", "IMAGE"),
         "apply": ("--hold", "--json", "--keys", "IMAGE"),
         "undo": ("--path", "--json", "IMAGE"),
         "policy": ("compile", "check", "explain", "sign", "--receipt",
                    "--without-receipt WHY [OVERLAY]", "--base"),
         "order": ("make", "sign", "check", "--name", "--share"),
         "keys": ("check", "pack", "list", "-o PACK"),
         "bitlocker": ("info", "decrypt", "--key-fd N", "--key-id",
                       "suspended"),
         "evidence": ("bootstat.dat", "BugCheckCode", "UTC")}
OFD_SETLK = 37  # <fcntl.h>; Python has no name for it
NOBODY = 65534


class CommandTest(ClassRoom):
    """A folder of its own, with one good volume."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.volume = make_volume(cls.path("volume"))

    def fresh(self) -> str:
        """A copy of the volume that may be changed."""
        return copy(self.volume, self.path("image"))

    def make(self, content: bytes) -> str:
        """An image with this content."""
        path = self.path("made")
        with open(path, "wb") as file:
            file.write(content)
        return path

    def refused(self, image: str, *words: str, status=(REFUSED,), **options):
        """The run must say why in one sentence and write nothing."""
        before = digest(image)
        run = loopbreaker(*words, image, **options)
        self.assertIn(run.status, status, run)
        self.assertTrue(run.reason(), run)
        self.assertEqual(digest(image), before, run)
        return run


class Usage(CommandTest):
    """How it is called."""

    def check_help(self, *words: str) -> str:
        """The help, which must be fit for any terminal."""
        for flavour in PROGRAMS:
            run = loopbreaker(*words, flavour=flavour)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
        for line in run.output.splitlines():
            self.assertLessEqual(len(line), 80, line)
        return run.output

    def test_help(self):
        for word in ("--help", "-h"):
            text = self.check_help(word)
        for word in (*VERBS, "VERB --help", "--version", "exit status"):
            self.assertIn(word, text)

    def test_every_verb_has_its_own_help(self):
        listed = re.findall(r"^  ([a-z]+) ", loopbreaker("--help").output,
                            re.M)
        self.assertEqual(sorted(listed), sorted(VERBS))
        for verb, options in VERBS.items():
            for word in ("--help", "-h"):
                text = self.check_help(verb, word)
            self.assertTrue(text.startswith(f"usage: loopbreaker {verb}"))
            for option in options:
                self.assertIn(option, text)
        self.assertNotIn("--order", loopbreaker("undo", "--help").output)
        self.assertEqual(loopbreaker("plan", "--json", "--help", "x").output,
                         loopbreaker("plan", "-h").output)

    def test_help_tells_every_exit_status(self):
        text = loopbreaker("--help").output
        statuses = re.findall(r"\b([0-9]) [a-z]", text[text.index("exit"):])
        self.assertEqual(statuses, ["0", "1", "2", "3", "4"])

    def test_version(self):
        with open(os.path.join(suite.TOP, "Makefile"),
                  encoding="utf-8") as file:
            version = re.search(r"^VERSION := (.*)$", file.read(), re.M)[1]
        for flavour in PROGRAMS:
            run = loopbreaker("--version", flavour=flavour)
            self.assertEqual(run.output, f"loopbreaker {version}\n", run)
            self.assertEqual((run.status, run.words), (DONE, ""), run)

    def test_wrong_calls(self):
        calls = ((), ("plan",), ("apply",), ("undo",), ("repair", "x"),
                 ("",), ("", ""), ("plan", "x", "y"), ("plan", "--hold"),
                 ("plan", "--path", "x", "y"), ("undo", "--hold", "x", "y"),
                 ("apply", "--path", "x", "y"), ("--no-such-option",),
                 ("plan", "-x", "y"), ("plan", "--json=1", "y"),
                 ("--hold", "x"), ("--", "plan"))
        for call in calls:
            with self.subTest(call=call):
                run = loopbreaker(*call)
                self.assertEqual((run.status, run.output), (USAGE, ""), run)
                self.assertIn("--help.", run.reason())

    def test_the_wrong_option_is_named(self):
        for words, option in ((("-xy", "z"), "-xy"), (("-x", "z"), "-x"),
                              (("--json", "-xy", "z"), "-xy"),
                              (("z", "--none"), "--none")):
            run = loopbreaker("plan", *words)
            self.assertIn(f"there is no option like {option};", run.reason())

    def test_bad_paths(self):
        image = self.fresh()
        for path in ("", "/", "\\", "C:", "C:\\", "a/../b", ".", "..", "a/.",
                     "x*y", "Folder/?ad.sys", "x" * 2000, "a/" * 900 + "b",
                     b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80"):
            with self.subTest(path=path[:20]):
                self.refused(image, "apply", "--hold", path,
                             status=(BAD_INPUT,))
                self.refused(image, "undo", "--path", path,
                             status=(BAD_INPUT,))


class Image(CommandTest):
    """What is given as IMAGE."""

    def cannot_open(self, image: str, why: str, **options):
        """It is said what is wrong with the image."""
        for words in (("plan",), ("apply",), ("undo",),
                      ("apply", "--hold", BAD_FILE)):
            with self.subTest(words=words):
                run = loopbreaker(*words, image, **options)
                self.assertEqual((run.status, run.output), (IO_ERROR, ""), run)
                self.assertIn(why, run.reason())
                self.assertIn(image, run.reason())

    def test_missing(self):
        self.cannot_open(self.path("nothing"), "no file or device")
        self.cannot_open(self.volume + "/nothing", "no file or device")

    def test_folder(self):
        self.cannot_open(self.room.name, "neither a disk image nor a disk")

    def test_no_disk(self):
        self.cannot_open("/dev/null", "neither a disk image nor a disk")
        self.cannot_open("/dev/zero", "neither a disk image nor a disk")
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        self.cannot_open(pipe, "neither a disk image nor a disk")

    def as_nobody(self):
        """Options for a run without root's rights; a copy of the program."""
        program = shutil.copy(PROGRAMS["asan"], self.path("program"))
        os.chmod(program, 0o755)
        os.chmod(self.room.name, 0o755)
        if os.geteuid():
            return {"program": program}
        return {"program": program, "user": NOBODY, "group": NOBODY,
                "extra_groups": []}

    def test_read_only(self):
        image = self.fresh()
        os.chmod(image, 0o444)
        options = self.as_nobody()
        run = self.refused(image, "apply", "--hold", BAD_FILE,
                           status=(IO_ERROR,), **options)
        self.assertIn("may not open", run.reason())
        run = loopbreaker("plan", "--hold", BAD_FILE, image, **options)
        self.assertEqual((run.status, run.words), (DONE, ""), run)

    def test_unreadable(self):
        image = self.fresh()
        os.chmod(image, 0)
        self.cannot_open(image, "may not open", **self.as_nobody())

    def is_in_use(self, image: str):
        """Changing is refused, looking is not."""
        run = self.refused(image, "apply", "--hold", BAD_FILE,
                           status=(IO_ERROR,))
        self.assertIn("in use", run.reason())
        self.refused(image, "undo", "--path", BAD_FILE, status=(IO_ERROR,))
        run = loopbreaker("plan", "--hold", BAD_FILE, image)
        self.assertEqual((run.status, run.words), (DONE, ""), run)

    def test_locked_with_flock(self):
        with open(self.fresh(), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            self.is_in_use(file.name)

    def test_locked_with_fcntl(self):
        lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 100, 1, 0)
        with open(self.fresh(), "r+b") as file:
            fcntl.fcntl(file, OFD_SETLK, lock)
            self.is_in_use(file.name)

    def test_disk_of_a_running_machine(self):
        image = self.fresh()
        machine = subprocess.Popen(
            ["qemu-system-x86_64", "-S", "-nodefaults", "-display", "none",
             "-accel", "tcg", "-drive", f"file={image},format=raw,if=virtio",
             "-monitor", "stdio"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        try:
            machine.stdout.readline()  # the monitor greets: it has its disk
            self.is_in_use(image)
        finally:
            machine.kill()
            machine.communicate()

    def test_two_at_once(self):
        image = self.fresh()
        with open(image, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.is_in_use(image)
        run = loopbreaker("apply", "--hold", BAD_FILE, image)
        self.assertEqual(run.status, DONE, run)

    def test_empty(self):
        for content in (b"", b"\0", bytes(511), bytes(512), bytes(1 << 20)):
            with self.subTest(bytes=len(content)):
                image = self.make(content)
                for words in (("plan",), ("apply",), ("undo",),
                              ("apply", "--hold", BAD_FILE),
                              ("undo", "--path", BAD_FILE)):
                    self.refused(image, *words)

    def test_odd_size(self):
        image = self.fresh()
        with open(image, "ab") as file:
            file.write(b"tail")
        run = loopbreaker("apply", "--hold", BAD_FILE, image)
        self.assertEqual(run.status, DONE, run)
        with open(image, "rb") as file:
            file.seek(-4, os.SEEK_END)
            self.assertEqual(file.read(), b"tail")


class Orders(CommandTest):
    """Orders and their exit status."""

    def test_hold_and_undo(self):
        for flavour in PROGRAMS:
            image = self.fresh()
            before = digest(image)
            run = loopbreaker("apply", "--hold", BAD_FILE, image,
                              flavour=flavour)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
            self.assertRegex(run.output, HELD)
            self.assertNotIn("Nothing was written", run.output)
            self.assertNotEqual(digest(image), before)
            run = loopbreaker("undo", "--path", BAD_FILE, image,
                              flavour=flavour)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
            self.assertIn("Restored: bad.sys", run.output)

    def test_undo_of_a_moved_file(self):
        """However its path is written: where it is, or where it was."""
        beside = "Folder.held-0000002a"
        start = make_volume(self.path("moved"),
                            f"file /{beside}/moved.sys repeat m 5000",
                            f"dosname /{beside}/moved.sys moved.sys")
        for path in ("Folder/moved.sys", f"{beside}/moved.sys"):
            with self.subTest(path=path):
                image = copy(start, self.path("image"))
                run = loopbreaker("undo", "--path", path, image)
                self.assertEqual((run.status, run.words), (DONE, ""), run)
                self.assertIn("Restored: moved.sys", run.output)
                paths = VolumeReader(image, 0).user_files()
                self.assertIn("Folder/moved.sys", paths)
                self.assertFalse([path for path in paths if ".held" in path])

    def test_every_way_to_write_a_path(self):
        for path in ("Folder/bad.sys", "/Folder/bad.sys", "\\Folder\\bad.sys",
                     "C:\\Folder\\bad.sys", "c:/folder/BAD.SYS",
                     "Folder//bad.sys", "Folder\\bad.sys\\"):
            with self.subTest(path=path):
                run = loopbreaker("apply", "--hold", path, self.fresh())
                self.assertEqual(run.status, DONE, run)
                self.assertIn("On hold: bad.sys (", run.output)

    def test_once_more_is_nothing_to_do(self):
        image = self.fresh()
        loopbreaker("apply", "--hold", BAD_FILE, image)
        before = digest(image)
        held = HELD.search(loopbreaker("plan", "--json", "--hold", BAD_FILE,
                                       self.volume).output)[0]
        for path in (BAD_FILE, f"Folder/{held}"):
            run = loopbreaker("apply", "--hold", path, image)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
            self.assertIn("on hold already", run.output)
        self.assertEqual(digest(image), before)
        loopbreaker("undo", "--path", f"Folder/{held}", image)
        before = digest(image)
        run = loopbreaker("undo", "--path", BAD_FILE, image)
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertIn("There is no file Folder/bad.sys on hold", run.output)
        self.assertEqual(digest(image), before)

    def test_no_such_file(self):
        for path in ("Folder/none.sys", "none.sys"):
            run = self.refused(self.fresh(), "apply", "--hold", path)
            self.assertIn(f"There is no file {path}", run.reason())
        run = self.refused(self.fresh(), "apply", "--hold", "None/none.sys")
        self.assertIn("the named file or its folder", run.reason())
        run = self.refused(self.fresh(), "undo", "--path", "None/none.sys")
        self.assertIn("the named file or its folder", run.reason())

    def test_what_is_no_plain_file(self):
        for path in ("Folder", "$MFT", "$LogFile", "$Extend/$Quota", "$Secure"):
            run = self.refused(self.fresh(), "apply", "--hold", path)
            self.assertIn("only plain files", run.reason())

    def test_no_windows(self):
        for words in (("plan",), ("apply",), ("undo",)):
            run = self.refused(self.fresh(), *words)
            self.assertIn("No Windows was found", run.reason())

    def test_names_that_are_too_long(self):
        longest = make_volume(
            self.path("long"), *(f"file /Folder/{'n' * n}.sys text x"
                                 for n in (237, 238, 251)))
        run = self.refused(longest, "apply", "--hold",
                           f"Folder/{'n' * 251}.sys")
        self.assertIn("too long", run.reason())
        run = self.refused(longest, "apply", "--hold",
                           f"Folder/{'n' * 238}.sys")
        self.assertIn("at most 241", run.reason())
        run = loopbreaker("apply", "--hold", f"Folder/{'n' * 237}.sys",
                          longest)
        self.assertEqual((run.status, run.words), (DONE, ""), run)

    def test_names_of_the_world(self):
        name = "Ärger €uro \N{GRINNING FACE} 漢字.sys"
        image = make_volume(self.path("world"), f'file "/Folder/{name}" text x')
        run = loopbreaker("apply", "--hold", f"Folder/{name}", image)
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertIn(f"On hold: {name} (", run.output)
        run = loopbreaker("undo", "--json", "--path", f"Folder/{name}", image)
        self.assertEqual(run.event("restored")["to"], name)

    def test_names_that_terminals_obey(self):
        name = "evil\x1b]0;x\x07\x7f.sys"
        image = make_volume(self.path("evil"), f'file "/Folder/{name}" text x')
        for words in (("plan",), ("apply",)):
            run = loopbreaker(*words, "--hold", f"Folder/{name}", image)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
            self.assertIn("evil?]0;x??.sys", run.output)
            self.assertNotRegex(run.output, r"[^\n -~]")
        run = loopbreaker("undo", "--json", "--path", f"Folder/{name}", image)
        self.assertNotRegex(run.output, r"[^\n -~]")
        self.assertEqual(run.event("restored")["to"], name)

    def test_hibernated(self):
        image = make_volume(self.path("asleep"),
                            'file /hiberfil.sys repeat "HIBR" 8192')
        run = self.refused(image, "apply", "--hold", BAD_FILE)
        self.assertIn("hibernated", run.reason())

    def test_unreadable_journal(self):
        image = self.fresh()
        damage_journal(image)
        run = self.refused(image, "apply", "--hold", BAD_FILE,
                           status=(REFUSED, BAD_INPUT))
        self.assertIn("journal", run.reason())


class Fingerprint(CommandTest):
    """What the tests below compare."""

    def test_blocks_that_are_not_placed_yet(self):
        path = self.path("fresh")
        with open(path, "wb") as file:
            file.truncate(4 << 20)
            for start in range(0, 4 << 20, 64 << 10):
                file.seek(start)
                file.write(b"x" * 4096)
        before = fingerprint(path)
        os.sync()
        self.assertEqual(fingerprint(path), before)


class PlanWritesNothing(CommandTest):
    """Nor does anything else that is refused."""

    def test_plan(self):
        image = self.fresh()
        before = fingerprint(image)
        for words in ((), ("--hold", BAD_FILE), ("--json",),
                      ("--json", "--hold", BAD_FILE), ("--hold", "none")):
            loopbreaker("plan", *words, image)
            self.assertEqual(fingerprint(image), before, words)

    def test_plan_says_what_apply_does(self):
        image = self.fresh()
        planned = loopbreaker("plan", "--json", "--hold", BAD_FILE, image)
        done = loopbreaker("apply", "--json", "--hold", BAD_FILE, image)
        step, held = planned.event("plan"), done.event("held")
        self.assertEqual({k: step[k] for k in ("folder", "from", "to")},
                         {k: held[k] for k in ("folder", "from", "to")})
        self.assertEqual(planned.event("result")["apply_writes"], 0)
        self.assertGreater(done.event("result")["apply_writes"], 0)

    def test_closed_standard_output(self):
        """The image must not take the place of what is closed."""
        image = self.fresh()
        before = fingerprint(image)
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            for verb in ("plan", "apply"):
                subprocess.run(
                    ["/bin/sh", "-c", f'exec "$@" {closed}', "sh",
                     PROGRAMS["host"], verb, "--hold", "Folder", image],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    check=False)
                self.assertEqual(fingerprint(image), before, closed)


class Report(CommandTest):
    """--json"""

    def check(self, *words: str):
        """Every line is an object as docs/report.md has it."""
        run = loopbreaker(words[0], "--json", *words[1:])
        self.assertTrue(run.output, run)
        for line in run.output.splitlines():
            self.assertLessEqual(len(line.encode()), LINE_BYTES)
        self.assertEqual(complaints(run.events()), [], run)
        kinds = [event["event"] for event in run.events()]
        self.assertEqual((kinds[0], kinds[-1]), ("start", "result"), run)
        self.assertEqual(loopbreaker(*words).status, run.status)
        return run

    def test_every_event(self):
        image = self.fresh()
        kinds = set()
        for words in (("plan",), ("plan", "--hold", BAD_FILE), ("apply",),
                      ("apply", "--hold", "Folder"), ("undo",)):
            run = self.check(*words, image)
            kinds |= {event["event"] for event in run.events()}
        self.assertLessEqual({"disk", "volume", "evidence", "delivery",
                              "verdict", "plan", "refused"}, kinds)

    def test_hold_keep_restore(self):
        image = make_volume(self.path("again"),
                            "file /Folder/bad.sys.held-00000007 text old")
        run = loopbreaker("apply", "--json", "--hold", BAD_FILE, image)
        self.assertEqual(complaints(run.events()), [], run)
        self.assertEqual(run.event("held")["to"], "bad.sys.held-00000008")
        self.assertTrue(run.event("result")["applied"])
        run = loopbreaker("undo", "--json", "--path",
                          "Folder/bad.sys.held-00000008", image)
        self.assertEqual(complaints(run.events()), [], run)
        self.assertEqual(run.event("restored")["from"],
                         "bad.sys.held-00000008")
        loopbreaker("apply", "--hold", BAD_FILE, image)
        run = loopbreaker("undo", "--json", "--path", BAD_FILE, image)
        self.assertEqual(complaints(run.events()), [], run)
        self.assertEqual(run.event("restored")["from"],
                         "bad.sys.held-00000008")
        self.assertEqual(run.event("kept")["from"], "bad.sys.held-00000007")
        run = loopbreaker("apply", "--hold",
                          "Folder/bad.sys.held-00000007", image)
        self.assertIn("on hold already", run.output)

    def test_refusals_have_their_reason(self):
        image = self.fresh()
        for words in (("plan",), ("apply", "--hold", "Folder"),
                      ("apply", "--hold", "none/x"), ("undo",)):
            run = self.check(*words, image)
            self.assertEqual(run.status, REFUSED, run)
            texts = [t for e in run.events() if e["event"] == "verdict"
                     for t in e["text"]]
            texts += [e["text"] for e in run.events()
                      if e["event"] == "refused"]
            self.assertIn(run.reason(), texts)
            self.assertEqual(run.event("result")["verdict"], "refuse")

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            run = loopbreaker("plan", "--json", self.fresh(), stdout=full)
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertIn("could be printed", run.words)


if __name__ == "__main__":
    suite.main()
