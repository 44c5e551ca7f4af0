"""The specification of these tests, and what an oracle of it has heard."""

from __future__ import annotations

from typing import Any

TEXT = """spec desk "A desk that hands out certificates"
entity Person, Request
input event request(request: Request, wanted: Person)
output event issue(request: Request, subject: Person)
event failed(request: Request, reason: Text)
event answered(request: Request, status: Int)
state wanted: Request -> Person?
state last: Request -> Text?
state code: Request -> Int
after request(r, p) { wanted[r] := p }
after failed(r, t) { last[r] := t }
after answered(r, s) { code[r] := s }
invariant right_person "It shows the right person": on issue(r, s): wanted[r] == s
cover failed_again: on failed(r, _): last[r] != none
cover answered_again: on answered(r, _): code[r] != 0
invariant well "Nothing goes wrong at the desk": on answered(_, s): s < 500
"""
OTHER = """spec other "Counts requests"
entity Person, Request
input event request(request: Request, wanted: Person)
invariant once_each "A request comes once": on request(r, _): not earlier request(r, _)
"""


def heard(oracle: Any) -> dict[str, Any]:
    """The state of the oracle's specification; of two of them the oracle keeps the events that wrote them."""
    wanted, last = (
        {request: written[-1] for request, written in kept.items()}
        for kept in (oracle._from_state_wanted, oracle._from_state_last)
    )
    return {"wanted": wanted, "last": last, "code": oracle._state_code}
