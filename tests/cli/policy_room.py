# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies and orders that tests compile, sign and change."""

import hashlib
import json
import os

import suite
from command import DONE, loopbreaker
from key_room import KeyRoom

DEFAULT = os.path.join(suite.TOP, "images", "policy", "default.dts")

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
TIMES = ("--from", "2024-07-19T04:09:00Z", "--until", "2024-07-19T05:27:00Z")


class PolicyTest(KeyRoom):
    """Keys of an owner and of a stranger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("owner", "stranger"):
            cls.make_key(name)
        cls.make_key("small", 2048)

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
