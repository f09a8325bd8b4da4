#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""plan, apply and undo with signed files: --policy, --order, --keys."""

import datetime

import suite
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, USAGE, loopbreaker
from key_room import must
from policy_room import DEFAULT, GOOD, PolicyTest
from report_format import complaints
from volume_maker import digest, make_volume
# volume_maker knows where the rig's modules are
from bootstat import UTC, BootStatus, filetime  # pylint: disable=C0411


class Plan(PolicyTest):
    """plan --policy --order --keys"""

    def test_policy_in_force(self):
        image = make_volume(self.path("volume"))
        policy = self.signed(self.compiled(name="force"))
        keys = self.path("owner.pub")
        run = loopbreaker("plan", "--json", "--policy", policy, "--keys",
                          keys, image)
        self.assertEqual(run.status, REFUSED, run)  # there is no Windows
        self.assertEqual(complaints(run.events()), [], run)
        event = run.event("policy")
        self.assertEqual((event["in_force"], event["serial"], event["mode"]),
                         ("newest", 7, "ask"))

    def refuses(self, option, path, status, *sayings, keys="owner.pub",
                verb="plan"):
        """A file that was named and is not accepted is not passed over."""
        run = loopbreaker(verb, option, path, "--keys", self.path(keys),
                          self.image)
        self.assertEqual((run.status, run.output), (status, ""), run)
        for words in (path, *sayings):
            self.assertIn(words, run.reason())

    def test_named_files_are_not_passed_over(self):
        self.image = make_volume(self.path("volume"))
        before = digest(self.image)
        policy = self.compiled(name="named")
        order = self.ordered("--name", "a.sys", name="named-order.dtb")
        for option, path in (("--policy", policy), ("--order", order)):
            for verb in ("plan", "apply"):
                self.refuses(option, self.path("none"), IO_ERROR,
                             "no file or device", verb=verb)
            self.refuses(option, self.room.name, IO_ERROR, "regular file")
        self.refuses("--policy", policy, IO_ERROR, ".sig")
        self.signed(policy)
        for option, path in (("--policy", policy), ("--order", order)):
            self.refuses(option, path, BAD_INPUT, "--keys",
                         keys="stranger.pub")
        with open(policy + ".sig", "rb") as file:
            signature = file.read()
        self.write("named.dtb.sig", "x" * 384)
        self.refuses("--policy", policy, BAD_INPUT, "not a signature")
        with open(policy + ".sig", "wb") as file:
            file.write(signature)
        self.refuses("--order", policy, BAD_INPUT, "no incident order",
                     "order make")
        self.refuses("--policy", order, BAD_INPUT, "no policy",
                     "policy check")
        for keys, status in (("none", IO_ERROR), ("named.dts", BAD_INPUT),
                             ("small.pem", BAD_INPUT)):
            run = self.ran("plan", "--policy", policy, "--keys",
                           self.path(keys), self.image, status=status)
            self.assertRegex(run.words,
                             f"loopbreaker: .*{self.path(keys)}[: ].*\\.")
        run = loopbreaker("undo", "--policy", self.path("none"), "--keys",
                          self.path("owner.pub"), self.image)
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertEqual(digest(self.image), before)

    def test_expired_files(self):
        self.image = make_volume(self.path("volume"))
        policy = self.expired(self.write("old.dts", GOOD.replace(
            "serial = <7>;", 'serial = <7>; expires = '
            '"2020-01-01T00:00:00Z";')))
        self.refuses("--policy", policy, REFUSED, "expired")
        order = self.expired(self.write("old-order.dts", """/dts-v1/;
/ {
	compatible = "loopbreaker,incident-order-1";
	serial = <1>;
	about = "old";
	issued = "2020-01-01T00:00:00Z";
	expires = "2020-01-03T00:00:00Z";
	delivered-from = "2020-01-01T00:00:00Z";
	delivered-until = "2020-01-01T00:00:00Z";
	names = "a.sys";
};
"""))
        self.refuses("--order", order, REFUSED, "expired", "higher serial")

    def expired(self, source):
        """Compiled and signed without us, who would refuse."""
        tree = source.replace(".dts", ".dtb")
        must("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", tree, source)
        must("openssl", "dgst", "-sha256", "-sign", self.path("owner.pem"),
             "-out", tree + ".sig", tree)
        return tree

    def test_wrong_calls(self):
        for words in (("--policy", "x"), ("--order", "x"), ("--keys", "x"),
                      ("--hold", "a", "--order", "x", "--keys", "y")):
            self.ran("plan", *words, "image", status=USAGE)
        self.ran("undo", "--order", "x", "--keys", "y", "image",
                 status=USAGE)


class Incident(PolicyTest):
    """plan and apply --order: a PC that crashes, on a host without a store"""

    FOLDER = "/Windows/System32/drivers/CrowdStrike"
    BAD = "C-00000291-00000000-00000032.sys"
    GOOD = "C-00000290-00000000-00000031.sys"
    DELIVERED = datetime.datetime(2024, 7, 19, 4, 9, 30, tzinfo=UTC)

    def crashed(self, **status):
        """The image of a PC whose Windows does not start any more."""
        booted = BootStatus(
            self.DELIVERED + datetime.timedelta(minutes=5),
            **dict({"good": 0, "shutdown": 0, "checkpoint": 0,
                    "boot_id": 43}, **status))
        with open(self.path("bootstat.dat"), "wb") as file:
            file.write(booted.encode())
        ticks = filetime(self.DELIVERED)
        lines = [f"file /Windows/bootstat.dat host "
                 f"{self.path('bootstat.dat')}"]
        for name in (self.BAD, self.GOOD):
            path = f"{self.FOLDER}/{name}"
            lines += [f"file {path} repeat {name} 5000",
                      f"times {path} {ticks} {ticks} {ticks} {ticks}"]
        return make_volume(self.path("crashed"), *lines)

    def run_order(self, verb, order, image, *words, status=DONE):
        """A run with the order; returns it."""
        run = loopbreaker(verb, "--json", "--order", order, "--keys",
                          self.path("owner.pub"), *words, image)
        self.assertEqual(run.status, status, run)
        self.assertEqual(complaints(run.events()), [], run)
        return run

    def test_apply(self):
        image = self.crashed()
        order = self.ordered("--name", self.BAD)
        before = digest(image)
        run = self.run_order("plan", order, image)
        self.assertEqual(run.event("plan")["from"], self.BAD)
        self.assertFalse(run.event("result")["applied"])
        self.assertEqual(digest(image), before)

        run = self.run_order("apply", order, image)
        # There are no hives on this volume, and that is all it complains of.
        for line in run.words.splitlines():
            self.assertRegex(line, r"^The registry hive \w+ .*\(missing\)")
        self.assertIn("incident-order", run.event("verdict")["reasons"])
        self.assertEqual(run.event("held")["from"], self.BAD)
        self.assertTrue(run.event("result")["applied"])
        self.assertNotEqual(digest(image), before)

        after = digest(image)
        run = self.run_order("apply", order, image, status=REFUSED)
        self.assertIn("incident-order-no-file", run.event("verdict")["reasons"])
        self.assertEqual(digest(image), after)
        run = loopbreaker("undo", image)
        self.assertEqual(run.status, DONE, run)
        self.assertIn(f"Restored: {self.BAD}", run.output)

    def test_not_without_the_order(self):
        image = self.crashed()
        before = digest(image)
        run = loopbreaker("apply", "--json", image)
        self.assertFalse(run.event("result")["applied"], run)
        self.assertEqual(digest(image), before)

    def test_a_healthy_windows(self):
        image = self.crashed(good=1, shutdown=1, checkpoint=1)
        before = digest(image)
        run = self.run_order("apply", self.ordered("--name", self.BAD), image)
        self.assertFalse(run.event("result")["applied"])
        self.assertEqual(digest(image), before)

    def test_a_policy_that_asks(self):
        image = self.crashed()
        with open(DEFAULT, encoding="ascii") as file:
            text = file.read().replace('installed = "act"',
                                       'installed = "ask"')
        policy = self.signed(self.compiled(text, "asking"))
        before = digest(image)
        run = self.run_order("apply", self.ordered("--name", self.BAD), image,
                             "--policy", policy, status=REFUSED)
        self.assertEqual(run.event("answer")["answer"], "nobody")
        self.assertEqual(digest(image), before)


if __name__ == "__main__":
    suite.main()
