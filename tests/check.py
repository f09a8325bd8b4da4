#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run every test suite and sum up.

The last line is "N passed, N failed".  Skipped tests are listed with their
reason and count as neither.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)


class Tally:
    def __init__(self):
        self.passed = self.failed = 0
        self.skipped = []

    def add(self, name, passed, failed, output, seconds):
        self.passed += passed
        self.failed += failed
        mark = 'FAIL' if failed else 'ok'
        print(f'{mark:4}  {name}: {passed} passed'
              + (f', {failed} failed' if failed else '')
              + f' ({seconds:.0f} s)', flush=True)
        if failed:
            sys.stdout.write(output if output.endswith('\n') else output + '\n')

    @staticmethod
    def show_counts(output):
        """What a suite that tries many cases has counted."""
        for line in output.splitlines():
            if line.startswith('counted: '):
                print(f'      {line[9:]}', flush=True)


def run(command, **options):
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          errors='replace', cwd=TOP, **options)
    return done.returncode, done.stdout, time.monotonic() - start


def run_many(commands, env):
    """Run them on all cores; the results in the order of @commands."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda command: run(command, env=env), commands)


def programs_of(arguments, pattern):
    return [path for path in sorted(glob.glob(f'{arguments.build}/asan/{pattern}'))
            if not path.endswith(('.o', '.d'))]


def environment(arguments):
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


def unit_suites(tally, arguments, env):
    programs = programs_of(arguments, 'test_*')
    results = run_many([[program] for program in programs], env)
    for program, (status, output, seconds) in zip(programs, results):
        good = bad = 0
        for line in output.splitlines():
            if re.match(r'(not )?ok \d+.*# SKIP', line, re.I):
                tally.skipped.append(line)
            elif re.match(r'ok \d+', line):
                good += 1
            elif re.match(r'not ok \d+', line):
                bad += 1
            elif line.startswith('skipped: '):
                tally.skipped.append(
                    f'{os.path.basename(program)}: {line[9:]}')
        # A program that dies has failed, however many tests it got through.
        if status and not bad:
            bad = 1
        if not good and not bad and '# SKIP' not in output:
            bad, output = 1, output + 'no test was run\n'
        tally.add(os.path.basename(program), good, bad, output, seconds)
        tally.show_counts(output)


def command_suite(tally, name, command, env):
    status, output, seconds = run(command, env=env)
    tally.add(name, int(status == 0), int(status != 0), output, seconds)
    return output


def summing_suite(tally, name, command, env):
    """A suite that ends with "N passed, N failed" itself."""
    add_sums(tally, name, *run(command, env=env))


def add_sums(tally, name, status, output, seconds):
    """What it printed in the end."""
    match = None
    for match in re.finditer(r'^(\d+) passed, (\d+) failed$', output, re.M):
        pass
    good, bad = map(int, match.groups()) if match else (0, 1)
    if status and not bad:
        bad = 1
    for line in output.splitlines():
        if line.startswith('skipped: '):
            tally.skipped.append(f'{name}: {line[9:]}')
    tally.add(name, good, bad, output, seconds)
    tally.show_counts(output)


def calls_make(script):
    """Two makes would be in each other's way."""
    with open(os.path.join(TOP, script), encoding='utf-8') as file:
        return re.search(r'"make"|"bash"', file.read()) is not None


def script_suites(tally, env):
    scripts = sorted(glob.glob('tests/cli/test_*.py', root_dir=TOP))
    alone = [script for script in scripts if calls_make(script)]
    others = [script for script in scripts if script not in alone]
    results = run_many([[sys.executable, script] for script in others], env)
    for script, result in zip(others, results):
        add_sums(tally, os.path.basename(script)[:-3], *result)
    for script in alone:
        summing_suite(tally, os.path.basename(script)[:-3],
                      [sys.executable, script], env)


def fuzz_suites(tally, arguments, env):
    runs = '200000' if arguments.deep else '20000'
    seconds_each = '300' if arguments.deep else '20'
    programs = programs_of(arguments, 'fuzz_*')
    results = run_many(
        [[program, f'-runs={runs}', '-seed=1', '-timeout=20', '-verbosity=0',
          f'-max_total_time={seconds_each}'] for program in programs], env)
    for program, (status, output, seconds) in zip(programs, results):
        tally.add(os.path.basename(program), int(status == 0),
                  int(status != 0), output, seconds)


def make_suites(tally, arguments, env):
    """What takes minutes and needs objects of its own."""
    for name in ('analyze', 'coverage'):
        output = command_suite(tally, name, ['make', '-j2', name,
                                             f'BUILD={arguments.build}'], env)
        print(f'      {output.splitlines()[-1]}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--build', default='build')
    parser.add_argument('--deep', action='store_true')
    arguments = parser.parse_args()
    env = environment(arguments)
    tally = Tally()
    command_suite(tally, 'layers', ['scripts/layers'], env)
    command_suite(tally, 'length', ['scripts/length'], env)
    command_suite(tally, 'format', ['make', 'format'], env)
    command_suite(tally, 'size', ['make', 'size',
                                  f'BUILD={arguments.build}'], env)
    for arch in ('x64', 'aa64'):
        command_suite(tally, f'PE header {arch}', [
            'scripts/pe-finish', '--check',
            f'{arguments.build}/loopbreaker-{arch}.efi'], env)
    unit_suites(tally, arguments, env)
    fuzz_suites(tally, arguments, env)
    script_suites(tally, env)
    summing_suite(tally, 'boot', [sys.executable, 'tests/boot/run.py'], env)
    command_suite(tally, 'demo', [sys.executable, 'tests/boot/demo.py'], env)
    command_suite(tally, 'bench', [sys.executable, 'tests/boot/bench.py',
                                   '--alone' if arguments.deep
                                   else '--quick'], env)
    command_suite(tally, 'bench of AES and SHA-256',
                  [sys.executable, 'tests/engines/bench.py', '--quick'], env)
    if arguments.deep:
        make_suites(tally, arguments, env)
    for line in tally.skipped:
        print(f'skip  {line}')
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
