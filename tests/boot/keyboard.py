# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody at the emulated keyboard of the test PC.

Types as a person does who looks at the screen: the next few characters when
those before are to be seen, so that no queue of keys overflows and no time is
guessed.
"""

import re

# Where a question begins, and what it shows when keys count.
QUESTIONS = re.compile(r"Loopbreaker: PIN|Loopbreaker: BitLocker recovery key|"
                       r"Put these files on hold")
READY = "Esc"
AT_ONCE = 6  # a group; twice as many events have to fit into a queue of 16
SEQUENCE = re.compile(r"\x1b\[[0-9;=?]*[A-Za-z]")


class Stepper:
    """Goes through the menus of a program, one step after the other."""

    def __init__(self, steps: list[tuple[str, str]], press):
        """@steps: an expression to be seen since the step before, and QEMU's
        names of the keys that are pressed then; "choose NAME": those that
        choose it in a list, whose entries follow what the expression ends with
        """
        self._steps = list(steps)
        self._press = press
        self._start = 0  # of what has come since the step before

    def look(self, console: str) -> None:
        """Do what is to be done now; @console: all that was shown so far."""
        if not self._steps:
            return
        expression, keys = self._steps[0]
        shown = SEQUENCE.sub("\n", console[self._start:])
        found = re.search(expression, shown, re.S)
        name = keys.removeprefix("choose ")
        if not found or (name != keys and name not in shown[found.end():]):
            return
        self._start = len(console)
        self._steps.pop(0)
        if name != keys:
            above = shown[found.end():].split(name)[0].split("\n")[:-1]
            keys = "down " * sum(bool(re.search("[A-Za-z0-9]", line))
                                 for line in above) + "ret"
        self._press(keys.split())


class Typist:
    """Answers question after question."""

    def __init__(self, answers: list[str], press):
        """@press: called with the list of QEMU's names of keys, in order"""
        self._answers = list(answers)
        self._press = press
        self._asked = 0
        self._typed = 0  # of the first answer

    def look(self, console: str) -> None:
        """Do what is to be done now; @console: all that was shown so far."""
        if not self._answers:
            return
        starts = [match.start() for match in QUESTIONS.finditer(console)]
        if len(starts) <= self._asked:
            return
        shown = SEQUENCE.sub("", console[starts[self._asked]:])
        answer = self._answers[0]
        if READY not in shown or not self._is_seen(shown, answer):
            return
        keys = list(answer[self._typed:self._typed + AT_ONCE])
        self._typed += len(keys)
        if not keys:
            keys = ["ret"]
        if keys == ["ret"] or len(answer) == 1:
            self._answers.pop(0)
            self._asked += 1
            self._typed = 0
        self._press(keys)

    def _is_seen(self, shown: str, answer: str) -> bool:
        typed = answer[:self._typed]
        if not typed:
            return True
        if "Loopbreaker: PIN" in shown[:20]:
            return "*" * len(typed) in shown
        groups = [typed[i:i + AT_ONCE] for i in range(0, len(typed), AT_ONCE)]
        return "-".join(groups) in shown
