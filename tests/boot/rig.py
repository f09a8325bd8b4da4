# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs scenarios, some at a time, and what these runs share: the programs under
test, the accelerator, a folder.
"""

import concurrent.futures
import multiprocessing
import os
import shutil
import time
import traceback

from cut_run import CutRun
from firmware import OVMF, Firmware
from log_cuts import LogCutRun
from pc import Builds
from qemu import Boot, choose_accelerator
from result import Result, print_result, processor_seconds
from scenario import Scenario
from scenario_run import Run

# By what Scenario.cut says.
RUNS = {None: Run, "writes": CutRun, "variables": CutRun, "log": LogCutRun}


def _expense(run: tuple[Scenario, Firmware]) -> tuple[bool, bool, int]:
    """A key that sorts long runs first, so that no core waits at the end."""
    scenario, firmware = run
    return (not scenario.cut, firmware is not OVMF, -len(scenario.boots))


class Rig:
    """What all runs share."""

    def __init__(self, base: str, build: str, accelerator: str = "auto",
                 is_kept: bool = False, policy: str | None = None):
        """@base: the directory for images and logs
        @build: where the programs under test are
        @is_kept: images and logs stay, whatever comes of a run
        @policy: a DTB that every PC without files of its own site gets
        """
        self.base = base
        self.build = build
        self.accelerator = accelerator
        self.is_kept = is_kept
        self.policy = policy
        self.builds: dict[str, Builds] = {}
        self.accelerators: dict[str, str] = {}

    def prepare(self, scenario: Scenario, firmware: Firmware) -> None:
        """Make what this run shares with others.

        Raises FileNotFoundError for what has not been built or installed,
        LinuxMissing or ToolError.
        """
        if firmware.arch not in self.builds:
            self.builds[firmware.arch] = Builds(
                self.build,
                os.path.join(self.base, "programs", firmware.arch),
                firmware.arch)
            self.builds[firmware.arch].policy = self.policy
        self.builds[firmware.arch].prepare(scenario)
        if firmware.name not in self.accelerators:
            self.accelerators[firmware.name] = choose_accelerator(
                self.accelerator, firmware)

    def run(self, scenario: Scenario, firmware: Firmware) -> Result:
        """Run one scenario; never raises."""
        started, used = time.monotonic(), processor_seconds()
        directory = os.path.join(self.base, firmware.name, scenario.name)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        boots: list[Boot] = []
        remarks: list[str] = []
        try:
            run = RUNS[scenario.cut](
                scenario, directory, self.builds[firmware.arch],
                self.accelerators[firmware.name], firmware=firmware)
            boots = run.boots
            try:
                run.run()
            finally:
                run.pc.close()
            complaints, remarks = run.complaints, run.remarks
        except Exception:  # a broken rig is a failed scenario, not an end
            complaints = [traceback.format_exc()]
        if not complaints and not self.is_kept:
            shutil.rmtree(directory)
        return Result(scenario.name, complaints, boots,
                      time.monotonic() - started,
                      processor_seconds() - used, directory, firmware.name,
                      remarks)

    def run_all(self, runs: list[tuple[Scenario, Firmware]],
                jobs: int) -> list[Result]:
        """Run the scenarios, @jobs at a time, and print what came of each.

        In processes, not in threads: the judge is Python.
        """
        results = []
        with concurrent.futures.ProcessPoolExecutor(
                jobs, multiprocessing.get_context("fork")) as pool:
            futures = [pool.submit(self.run, scenario, firmware)
                       for scenario, firmware in sorted(runs, key=_expense)]
            for future in concurrent.futures.as_completed(futures):
                results.append(future.result())
                print_result(results[-1])
        return results
