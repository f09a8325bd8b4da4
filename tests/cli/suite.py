# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the unittest cases of a test program the way tests/check.py reads it:
skipped tests with their reason, and at the end "N passed, N failed".
"""

import os
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(TOP, os.environ.get("LOOPBREAKER_BUILD", "build"))


def main() -> None:
    """Run every test of the program, or those named on the command line."""
    module = sys.modules["__main__"]
    loader = unittest.defaultTestLoader
    tests = (loader.loadTestsFromNames(sys.argv[1:], module)
             if sys.argv[1:] else loader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    for reason in sorted({reason for _, reason in result.skipped}):
        print(f"skipped: {reason}")
    # A test with subtests fails once, however many of them do.
    failed = len({getattr(test, "test_case", test).id()
                  for test, _ in result.failures + result.errors})
    passed = max(0, result.testsRun - failed - len(result.skipped))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
