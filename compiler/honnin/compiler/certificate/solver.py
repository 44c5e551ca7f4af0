"""cvc5 in a process of its own: a question that takes too long, or that kills the solver, ends there.

`python -m honnin.compiler.certificate.solver` answers lines of JSON, `{"script": ..., "milliseconds": ...}`, each by a line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final, Self

from honnin.spec.records import dataclass

STRATEGIES: Final[tuple[dict[str, str], ...]] = ({"enum-inst": "true"}, {"finite-model-find": "true"})
"""Options of cvc5, one after the other until one decides: enumeration finds what is unsatisfiable, the second finds models."""

_COMMANDS: Final = frozenset(
    ("set-logic", "declare-sort", "declare-fun", "declare-const", "declare-datatypes", "assert", "check-sat")
)
"""What an obligation is made of; others might do more than ask."""

GRACE: Final = 5.0
"""Seconds after the time limit until a process that does not answer is ended."""


class Absent(Exception):
    """cvc5 is not installed."""


@dataclass(frozen=True, slots=True)
class Said:
    """`answer` is `unsat`, `sat` or `unknown`; `why`: the reason for the last."""

    answer: str
    why: str = ""


class Solver:
    """Asks cvc5 one question after the other. Use it in a `with`: the process ends with the block."""

    def __init__(self) -> None:
        try:
            import cvc5
        except ImportError as error:
            raise Absent from error
        self.version: str = cvc5.__version__
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, script: str, seconds: float) -> Said:
        """What cvc5 says of the script, in about so many seconds at most."""
        process = self._process if self._process is not None else self._begin()
        assert process.stdin is not None
        question = {"script": script, "milliseconds": max(1, int(seconds * 1000))}
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            self._end()
            return Said("unknown", "cvc5 stopped")
        try:
            line = self._answers.get(timeout=seconds + GRACE)
        except Empty:
            self._end()
            return Said("unknown", "the time limit was reached")
        if not line:
            self._end()
            return Said("unknown", "cvc5 stopped")
        return Said(**json.loads(line))

    def _begin(self) -> subprocess.Popen[str]:
        """In a session of its own, so that Ctrl-C reaches this process only, which ends the other."""
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._answers: SimpleQueue[str] = SimpleQueue()
        Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        return process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _listen(process: subprocess.Popen[str], answers: SimpleQueue[str]) -> None:
    """Hands on each line; an empty text when there are no more."""
    assert process.stdout is not None
    for line in process.stdout:
        answers.put(line)
    answers.put("")


# ---------------------------------------------------------------- in the other process


def serve() -> None:
    """Answers the questions on standard input until there are no more."""
    for line in sys.stdin:
        question = json.loads(line)
        said = decide(question["script"], question["milliseconds"])
        print(json.dumps({"answer": said.answer, "why": said.why}), flush=True)


def decide(script: str, milliseconds: int) -> Said:
    """What cvc5 says of the script in this process, each strategy given its part of the time."""
    said = Said("unknown", "")
    for options in STRATEGIES:
        said = _asked(script, {**options, "tlimit-per": str(max(1, milliseconds // len(STRATEGIES)))})
        if said.answer != "unknown":
            return said
    return said


def _asked(script: str, options: dict[str, str]) -> Said:
    import cvc5

    solver = cvc5.Solver()
    for name, value in options.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "obligation")
    symbols = parser.getSymbolManager()
    answers: list[str] = []
    try:
        while not (command := parser.nextCommand()).isNull():
            name = command.getCommandName()
            if name not in _COMMANDS or answers:
                return Said("unknown", f"it is more than one question: `{name}`")
            said = str(command.invoke(solver, symbols)).strip()
            answers += [said] if name == "check-sat" else []
    except RuntimeError as error:
        return Said("unknown", f"cvc5 does not take it: {str(error).strip()}")
    if not answers:
        return Said("unknown", "it asks nothing")
    return Said(answers[0]) if answers[0] in ("sat", "unsat") else Said("unknown", "cvc5 does not decide it")


if __name__ == "__main__":
    serve()
