#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run every test suite and sum up.

The last line is "N passed, N failed".  Skipped tests are listed with their
reason and count as neither.
"""
import argparse
import concurrent.futures
import dataclasses
import glob
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)

# Those that take longest, by how their names begin: what is started last should
# be short, for in the end a core has nothing to do.
LONG = ('test_build', 'test_real_volumes', 'test_unlock', 'test_run_',
        'test_decisions', 'test_keys', 'test_images', 'test_quirks',
        'test_journal_operations', 'test_bitlocker', 'test_cut_readers',
        'test_mutants', 'test_engines_firmware', 'test_bad_images',
        'fuzz_volume', 'fuzz_bitlocker', 'test_power_cut', 'test_decide_all')


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a suite came to."""
    passed: int
    failed: int
    skipped: tuple = ()
    note: str = ''     # said when it failed


def by_status(status, _output):
    """A command is one test: it succeeds or it does not."""
    return Outcome(int(status == 0), int(status != 0))


def by_tap(status, output):
    """A program of cmocka's, which speaks TAP."""
    good = len(re.findall(r'^ok \d+(?!.*# SKIP)', output, re.M))
    bad = len(re.findall(r'^not ok \d+(?!.*# SKIP)', output, re.M))
    skipped = tuple(re.findall(r'^(?:not )?ok \d+.*# SKIP.*', output, re.M))
    # A program that dies has failed, however many tests it got through.
    if status and not bad:
        bad = 1
    if not good and not bad and not skipped:
        return Outcome(0, 1, (), 'no test was run\n')
    return Outcome(good, bad, skipped)


def by_sums(status, output):
    """A script that ends with "N passed, N failed" itself."""
    sums = re.findall(r'^(\d+) passed, (\d+) failed$', output, re.M)
    good, bad = map(int, sums[-1]) if sums else (0, 1)
    if status and not bad:
        bad = 1
    return Outcome(good, bad)


@dataclasses.dataclass(frozen=True)
class Suite:
    """A command, and how its answer is read."""
    name: str
    command: tuple
    read: object = by_status
    shows_end: bool = False     # its last line is of interest


@dataclasses.dataclass
class Tally:
    """What all suites came to."""
    passed: int = 0
    failed: int = 0
    skipped: list = dataclasses.field(default_factory=list)

    def add(self, suite, status, output, seconds):
        """One that has ended; says so."""
        outcome = suite.read(status, output)
        self.passed += outcome.passed
        self.failed += outcome.failed
        self.skipped += outcome.skipped
        self.skipped += [f'{suite.name}: {reason}' for reason in
                         re.findall(r'^skipped: (.*)', output, re.M)]
        print(f'{"FAIL" if outcome.failed else "ok":4}  {suite.name}: '
              f'{outcome.passed} passed'
              + (f', {outcome.failed} failed' if outcome.failed else '')
              + f' ({seconds:.0f} s)', flush=True)
        if outcome.failed:
            print(output.rstrip('\n') + '\n' + outcome.note, end='')
        for line in re.findall(r'^counted: (.*)', output, re.M):
            print(f'      {line}', flush=True)
        if suite.shows_end:
            print(f'      {output.splitlines()[-1]}')


def run(suite, env):
    """Its exit code, what it said, and the seconds that it took."""
    start = time.monotonic()
    done = subprocess.run(suite.command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          errors='replace', cwd=TOP, env=env, check=False)
    return done.returncode, done.stdout, time.monotonic() - start


def run_chain(tally, env, suites):
    """One after the other."""
    for suite in suites:
        tally.add(suite, *run(suite, env))


def run_pool(tally, env, chains):
    """The chains beside each other, on all cores, in this order.

    Only this thread touches the tally.
    """
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(lambda chain: [
            (suite, *run(suite, env)) for suite in chain], chain)
                   for chain in chains]
        for future in concurrent.futures.as_completed(running):
            for result in future.result():
                tally.add(*result)


def rank(suite):
    """Where it stands among the longest; behind them if it is not one."""
    for place, beginning in enumerate(LONG):
        if suite.name.startswith(beginning):
            return place
    return len(LONG)


def programs_of(arguments, pattern):
    """Those that were built for the tests."""
    return [path for path in sorted(glob.glob(f'{arguments.build}/asan/{pattern}'))
            if not path.endswith(('.o', '.d'))]


def environment(arguments):
    """What the suites are told."""
    env = dict(os.environ)
    env['CMOCKA_MESSAGE_OUTPUT'] = 'TAP'
    env['LOOPBREAKER_BUILD'] = arguments.build
    env['ASAN_OPTIONS'] = 'detect_leaks=1:allocator_may_return_null=1'
    env['LSAN_OPTIONS'] = ('suppressions=' + os.path.join(HERE, 'leaks.supp')
                           + ':print_suppressions=0')
    if arguments.deep:
        env['LOOPBREAKER_DEEP'] = '1'
    # A make that a suite calls is not a part of the one that called us.
    for name in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'):
        env.pop(name, None)
    return env


def unit_suites(arguments):
    """The programs of tests/unit."""
    return [Suite(os.path.basename(program), (program,), by_tap)
            for program in programs_of(arguments, 'test_*')]


def fuzz_suites(arguments):
    """The fuzz targets, for a while each."""
    runs = '200000' if arguments.deep else '20000'
    seconds_each = '300' if arguments.deep else '10'
    return [Suite(os.path.basename(program), (
        program, f'-runs={runs}', '-seed=1', '-timeout=20', '-verbosity=0',
        f'-max_total_time={seconds_each}'))
            for program in programs_of(arguments, 'fuzz_*')]


def calls_make(script):
    """Two makes would be in each other's way."""
    with open(os.path.join(TOP, script), encoding='utf-8') as file:
        return re.search(r'"make"|"bash"', file.read()) is not None


def script_chains():
    """The scripts of tests/cli; those that call make are one chain."""
    scripts = sorted(glob.glob('tests/cli/test_*.py', root_dir=TOP))
    makers = [script for script in scripts if calls_make(script)]
    return [[Suite(os.path.basename(script)[:-3], (sys.executable, script),
                   by_sums) for script in chain]
            for chain in [makers, *([script] for script in scripts
                                    if script not in makers)]]


def first_suites(arguments):
    """What takes no time, and calls make."""
    build = arguments.build
    return [Suite('layers', ('scripts/layers',)),
            Suite('length', ('scripts/length',)),
            Suite('format', ('make', 'format')),
            Suite('size', ('make', 'size', f'BUILD={build}'))] + [
                Suite(f'PE header {arch}', (
                    'scripts/pe-finish', '--check',
                    f'{build}/loopbreaker-{arch}.efi'))
                for arch in ('x64', 'aa64')]


def last_suites(arguments):
    """What has both cores for itself, or measures time."""
    quickly = () if arguments.deep else ('--quick',)
    suites = [
        Suite('boot', (sys.executable, 'tests/boot/run.py'), by_sums),
        Suite('demo', (sys.executable, 'tests/boot/demo.py')),
        Suite('bench', (sys.executable, 'tests/boot/bench.py', *quickly)),
        Suite('bench of AES and SHA-256',
              (sys.executable, 'tests/engines/bench.py', *quickly))]
    if arguments.deep:
        suites.insert(1, Suite('twenty PCs at once', (
            sys.executable, 'tests/boot/network_fleet.py'), by_sums))
        suites.insert(2, Suite('each image', (
            sys.executable, 'tests/boot/image_bench.py'), by_sums))
        # These take minutes and need objects of their own.
        suites += [Suite(name, ('make', '-j2', name,
                                f'BUILD={arguments.build}'), shows_end=True)
                   for name in ('analyze', 'coverage')]
    return suites


def main():
    """Run them, in an order that keeps all cores at work."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--deep', action='store_true')
    arguments = parser.parse_args()
    env = environment(arguments)
    tally = Tally()
    run_chain(tally, env, first_suites(arguments))
    chains = [*script_chains(),
              *([suite] for suite in unit_suites(arguments)
                + fuzz_suites(arguments))]
    run_pool(tally, env, sorted(chains, key=lambda chain: rank(chain[0])))
    run_chain(tally, env, last_suites(arguments))
    for line in tally.skipped:
        print(f'skip  {line}')
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
