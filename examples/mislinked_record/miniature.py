"""Linking a health-insurance record to a number, in miniature: a look-up in a small table of persons, with the real fault.

Everybody in the table is invented: two namesakes born on one day, a name that is also written with a small kana, an old
address. What an insurer typed may differ from the register. The number stands for the person, as a pseudonym.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

from honnin.oracle import load


class Report(Protocol):
    """Where the insurer's system reports its events: `report("link", enrolment=..., person=...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str) -> object: ...


@dataclass(frozen=True)
class Items:
    """Five items about a person, as registered or as typed."""

    kana: str
    kanji: str
    birth: str
    sex: str
    address: str


REGISTER = {
    "p1": Items("サトウ ハナコ", "佐藤 花子", "1970-04-01", "female", "みどり町2丁目1番地2号"),
    "p2": Items("サトウ ハナコ", "佐藤 華子", "1970-04-01", "female", "あおば町5番地"),
    "p3": Items("タカハシ ショウイチ", "髙橋 昭一", "1955-11-03", "male", "みなと町8番地"),
    "p4": Items("タカハシ シヨウイチ", "高橋 正一", "1955-11-03", "male", "もり町1番地"),
    "p5": Items("スズキ アオイ", "鈴木 葵", "1999-09-09", "female", "かわ町3番地"),
}
"""The register: who is who, by number."""


@dataclass(frozen=True)
class Form:
    """One enrolment. `card`: the number on the card that the person brought; `typed`: what the insurer typed."""

    enrolment: str
    card: str
    typed: Items


FORMS = (
    Form("e1", "p1", Items("サトウ ハナコ", "佐藤 花子", "1970-04-01", "female", "みどり町2-1-2")),
    Form("e2", "p2", Items("サトウ ハナコ", "佐藤 華子", "1970-04-01", "female", "あおば町5番地")),
    Form("e3", "p3", Items("タカハシ シヨウイチ", "高橋 昭一", "1955-11-03", "male", "みなと町8番地")),
    Form("e5", "p5", REGISTER["p5"]),
)


# ---------------------------------------------------------------- how a number is found

THREE = ("kana", "birth", "sex")
FIVE = ("kana", "kanji", "birth", "sex", "address")


class Register:
    """The register as a database."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect(":memory:")
        self._rows.execute("create table person (number, kana, kanji, birth, sex, address)")
        self._rows.executemany(
            "insert into person values (?, ?, ?, ?, ?, ?)",
            [(number, *astuple(items)) for number, items in REGISTER.items()],
        )

    def numbers(self, items: Sequence[str], typed: Items) -> list[str]:
        """The numbers of all whose registered items are exactly as typed, in order."""
        where = " and ".join(f"{item} = ?" for item in items)
        values = [getattr(typed, item) for item in items]
        rows = self._rows.execute(f"select number from person where {where} order by number", values)
        return [number for (number,) in rows]

    def close(self) -> None:
        self._rows.close()


@dataclass(frozen=True)
class Found:
    """A number, and whether the record may be shown at once."""

    number: str
    released: bool = True


def take_first(register: Register, form: Form) -> Found | None:
    """The fault: kana, birth date and sex, and the first hit is taken."""
    hits = register.numbers(THREE, form.typed)
    return Found(hits[0]) if hits else None


def take_unique(register: Register, form: Form) -> Found | None:
    """A fix that looks right: the hit must be the only one. A variant of the kana misses the one and hits another."""
    hits = register.numbers(THREE, form.typed)
    return Found(hits[0]) if len(hits) == 1 else None


def number_from_card(register: Register, form: Form) -> Found | None:
    """A right fix: the number is read from the person's own card."""
    return Found(form.card)


def card_and_compared(register: Register, form: Form) -> Found | None:
    """A right fix: as well, the record is held from view where five items differ from the register."""
    return Found(form.card, released=register.numbers(FIVE, form.typed) == [form.card])


Policy = Callable[[Register, Form], Found | None]

# ---------------------------------------------------------------- a day at the insurer's

DESIGNS: dict[str, Policy] = {
    policy.__name__: policy for policy in (take_first, take_unique, number_from_card, card_and_compared)
}


def run(policy: Policy, report: Report) -> None:
    """Every form is enrolled and linked where a number is found; then everybody looks at the records under their number."""
    linked: dict[str, Found] = {}
    with closing(Register()) as register:
        for form in FORMS:
            report("enrol", enrolment=form.enrolment, person=form.card)
            found = policy(register, form)
            if found is None:
                continue
            linked[form.enrolment] = found
            report("link", enrolment=form.enrolment, person=found.number)
            if found.released:
                report("confirm", enrolment=form.enrolment)
    for person in REGISTER:
        for enrolment, found in linked.items():
            if found.number == person and found.released:
                report("view", holder=person, enrolment=enrolment)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one policy; 1 when the oracle found a violation."""
    parser = argparse.ArgumentParser(description="Numbers looked up for a few forms, watched by the oracle.")
    parser.add_argument("design", choices=DESIGNS)
    name = parser.parse_args(arguments).design
    oracle = load(Path(__file__).with_name("mislinked_record.honnin")).oracle("collect")
    run(DESIGNS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {oracle.position} events, violations: {len(oracle.violations)}")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main())
