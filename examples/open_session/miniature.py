"""A kiosk at which people register their bank account, in miniature, with the real fault: a session and a form that survive.

The kiosk knows whose card it read and what stands in its form. Who an account belongs to is what the bank says: the kiosk
does not know it. People do what people do: one leaves to look up the number of her account, the next one sits down.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from honnin.oracle import load

BANK = {"account-a": "alice", "account-b": "bob"}
"""Whose account it is. Pseudonyms."""
ACCOUNT = {owner: account for account, owner in BANK.items()}


class Report(Protocol):
    """Where the kiosk reports its events: `report("login", kiosk=..., person=...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str) -> object: ...


# ---------------------------------------------------------------- the kiosk


@dataclass
class Kiosk:
    """The fault: session and form stay until somebody logs out. The manual says that one does."""

    report: Report
    name: str = "k1"
    session: str | None = None
    form: str | None = None

    def sit(self, person: str) -> None:
        self.report("sit", kiosk=self.name, person=person)

    def leave(self) -> None:
        self.report("leave", kiosk=self.name)

    def log_in(self, card: str) -> None:
        self.report("card_read", kiosk=self.name, person=card)
        self.session = card
        self.report("login", kiosk=self.name, person=card)

    def log_out(self) -> None:
        self.session = self.form = None
        self.report("logout", kiosk=self.name)

    def fill_in(self, account: str) -> None:
        self.form = account
        self.report("type_account", kiosk=self.name, owner=BANK[account])

    def send(self, card: str) -> bool:
        """Whether the account in the form was registered under the person of the session. `card` lies on the reader."""
        if self.session is None or self.form is None or not self.accepts(card):
            return False
        self.report("commit", kiosk=self.name, holder=self.session, owner=BANK[self.form])
        self.form = None
        return True

    def accepts(self, card: str) -> bool:
        """Whether the card on the reader is looked at, and is the right one."""
        return True


class CardReadAgain(Kiosk):
    """A fix that looks right: the card is read again on completion. The form survives its writer's leaving."""

    def accepts(self, card: str) -> bool:
        self.report("card_read", kiosk=self.name, person=card)
        return card == self.session


class FormCleared(CardReadAgain):
    """A right fix: and the form is cleared when somebody leaves."""

    def leave(self) -> None:
        self.form = None
        super().leave()


class CardStaysIn(Kiosk):
    """A right fix: session and form end when the card is taken out, and nobody leaves without their card."""

    def leave(self) -> None:
        if self.session is not None:
            self.log_out()
        super().leave()


# ---------------------------------------------------------------- two people, one kiosk

DESIGNS: dict[str, type[Kiosk]] = {
    "manual_logout": Kiosk,
    "card_read_again": CardReadAgain,
    "form_cleared": FormCleared,
    "card_stays_in": CardStaysIn,
}


def run(design: type[Kiosk], report: Report) -> None:
    """Alice logs in and leaves to look up the number of her account; Bob comes; Alice returns. Nobody logs out."""
    kiosk = design(report)
    kiosk.sit("alice")
    kiosk.log_in("alice")
    kiosk.leave()
    visit(kiosk, "bob")
    visit(kiosk, "alice")


def visit(kiosk: Kiosk, person: str) -> None:
    """Somebody follows the screen: logs in if it asks, fills in the form if it is empty, sends it, and leaves."""
    kiosk.sit(person)
    if kiosk.session is None:
        kiosk.log_in(person)
    if kiosk.form is None:
        kiosk.fill_in(ACCOUNT[person])
    kiosk.send(person)
    kiosk.leave()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one design; 1 when the oracle found a violation."""
    parser = argparse.ArgumentParser(description="Two people at one kiosk, watched by the oracle.")
    parser.add_argument("design", choices=DESIGNS)
    name = parser.parse_args(arguments).design
    oracle = load(Path(__file__).with_name("open_session.honnin")).oracle("collect")
    run(DESIGNS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {oracle.position} events, violations: {len(oracle.violations)}")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main())
