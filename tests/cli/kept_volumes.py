# SPDX-License-Identifier: GPL-2.0-or-later
"""Unit tests that keep the volumes they make, for readers that are not ours."""

import os
import subprocess

import suite


def keep_volumes(program: str, folder: str, **settings: str | None) -> None:
    """Run such a test; it has to pass.

    @settings: further variables of its environment; None: without that one
    """
    environment = dict(
        os.environ, LOOPBREAKER_KEEP=folder,
        LSAN_OPTIONS="suppressions=" + os.path.join(suite.TOP,
                                                    "tests/leaks.supp"))
    for name, value in settings.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    done = subprocess.run([os.path.join(suite.BUILD, "asan", program)],
                          env=environment, cwd=suite.TOP, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
