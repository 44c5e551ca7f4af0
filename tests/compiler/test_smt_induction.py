"""Proofs for any number: each right design is proved, and its faulty twin is refuted by a bounded search."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from honnin.compiler.product import Product, build_product
from honnin.compiler.smt import induction
from honnin.compiler.smt.bounded import search
from honnin.compiler.smt.implied import implied_product
from honnin.compiler.smt.induction import Inductive, NotFound, prove
from honnin.compiler.smt.obligations import is_inductive
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.samples import reachable
from honnin.spec.core import Expr, Module
from honnin.spec.load import check_text
from honnin.spec.words import expression

from .smt_designs import buffer_product

MUTEX = """spec mutex
entity Node
output event enter(node: Node)
output event leave(node: Node)
state inside: Node -> Bool
after enter(n) { inside[n] := true }
after leave(n) { inside[n] := false }
invariant exclusive "one inside": always: forall a, b: Node. inside[a] and inside[b] implies a == b
invariant counted "one inside": always: count(n: Node where inside[n]) <= 1
cover crowd "two inside": sometime: exists a, b: Node. a != b and inside[a] and inside[b]
system messages implements mutex "a lock server and messages" {
  var server: Bool = true
  var asked: Node -> Bool
  var granted: Node -> Bool
  var returned: Node -> Bool
  var has: Node -> Bool
  action ask(n: Node) { asked[n] := true }
  action grant(n: Node) { when server and asked[n]  server := false  asked[n] := false  granted[n] := true }
  action go_in(n: Node) { when granted[n]  granted[n] := false  has[n] := true  emit enter(n) }
  action go_out(n: Node) { when has[n]  has[n] := false  returned[n] := true  emit leave(n) }
  action take_back(n: Node) { when returned[n]  returned[n] := false  server := true }
}
system messages_given_twice extends messages implements mutex "the server forgets that it has granted" {
  action grant(n: Node) { when server and asked[n]  asked[n] := false  granted[n] := true }
}
system tickets implements mutex "a ticket lock" {
  var next: Int
  var serving: Int
  process customer(n: Node) {
    var mine: Int
    take: { mine := next  next += 1 }
    wait: { when mine <= serving  emit enter(n) }
    out: { serving += 1  emit leave(n)  goto take }
  }
}
system tickets_twice extends tickets implements mutex "the counter is advanced a step later" {
  process customer(n: Node) {
    var mine: Int
    take: { mine := next }
    advance: { next += 1 }
    wait: { when mine <= serving  emit enter(n) }
    out: { serving += 1  emit leave(n)  goto take }
  }
}
system agreement implements mutex "all others agree" {
  var requested: Node, Node -> Bool
  var agreed: Node, Node -> Bool
  var holds: Node -> Bool
  action request(a: Node, b: Node) { when a != b  requested[a, b] := true }
  action agree(a: Node, b: Node) {
    when a != b and not holds[a] and not agreed[b, a] and requested[b, a]
    requested[b, a] := false
    agreed[a, b] := true
  }
  action go_in(a: Node) { when not holds[a] and (forall b: Node. b == a or agreed[b, a])  holds[a] := true  emit enter(a) }
  action go_out(a: Node) { when holds[a]  holds[a] := false  for b: Node { agreed[b, a] := false }  emit leave(a) }
}
system agreement_kept extends agreement implements mutex "the agreement is not taken back" {
  action agree(a: Node, b: Node) {
    when a != b and not holds[a] and requested[b, a]
    requested[b, a] := false
    agreed[a, b] := true
  }
}
"""

PAGES = """spec pages
entity Request
output event page(request: Request, number: Int)
invariant once_each "each once": on page(r, n): not earlier page(r, n)
invariant in_order "in order": on page(r, n): n == 1 or earlier page(r, n - 1)
system own implements pages "a counter for each request" {
  process handler(r: Request) {
    var next: Int = 1
    print: { emit page(r, next)  next += 1  goto print }
  }
}
system common implements pages "one counter" {
  var next: Int = 1
  process handler(r: Request) { print: { emit page(r, next)  next += 1  goto print } }
}
"""

BANK = """spec bank
entity Account
input event deposit(account: Account, yen: Int)
output event transfer(payer: Account, payee: Account, yen: Int)
output event total(yen: Int)
state held: Account -> Int
after deposit(a, n) { held[a] += n }
after transfer(p, q, n) { held[p] -= n  held[q] += n }
invariant conserved "nothing is lost": on total(n): sum(held[a] for a: Account) == n
invariant not_overdrawn "never below": always: forall a: Account. held[a] >= 0
system careful implements bank "the balance is looked at" {
  var balance: Account -> Int
  var in_all: Int
  action put(a: Account) { pick n: Int where n >= 0  balance[a] += n  in_all += n  emit deposit(a, n) }
  action move(a: Account, b: Account) {
    pick n: Int where n >= 0 and n <= balance[a]
    balance[a] -= n
    balance[b] += n
    emit transfer(a, b, n)
  }
  action report() { emit total(in_all) }
}
system careless extends careful implements bank "it is not" {
  action move(a: Account, b: Account) {
    pick n: Int where n >= 0
    balance[a] -= n
    balance[b] += n
    emit transfer(a, b, n)
  }
}
"""

RATE = """spec rate
entity Card
output event try_pin(card: Card, right: Bool)
invariant limited "one wrong in ten minutes": on try_pin(c, false): count[<= 10min](try_pin(c, false)) <= 1
invariant paced "five seconds between": on try_pin(c, _): not earlier[<= 5s] try_pin(c, _)
system patient implements rate "waits" {
  var last: Card -> Time?
  action attempt(c: Card) { when last[c] == none or now - last[c]! > 10min  pick ok: Bool  last[c] := now  emit try_pin(c, ok) }
}
system hasty implements rate "waits too little" {
  var last: Card -> Time?
  action attempt(c: Card) { when last[c] == none or now - last[c]! > 4s  pick ok: Bool  last[c] := now  emit try_pin(c, ok) }
}
"""

COMMIT = """spec commit
entity Node
input event vote(node: Node, yes: Bool)
output event decide(node: Node, commit: Bool)
state voted: Node -> Bool?
state decided: Node -> Bool?
after vote(n, y) { voted[n] := y }
after decide(n, c) { decided[n] := c }
invariant agree "all decide the same": on decide(n, c): forall o: Node. decided[o] == none or decided[o] == c
invariant unanimous "only if all agreed": on decide(n, c): c implies (forall o: Node. voted[o] == true)
system two_phase implements commit "the coordinator waits for all" {
  var yes: Node -> Bool
  var no: Node -> Bool
  var go: Node -> Bool
  var stop_: Node -> Bool
  action agrees(n: Node) { when not no[n] and not yes[n]  yes[n] := true  emit vote(n, true) }
  action refuses(n: Node) { when not no[n] and not yes[n]  no[n] := true  emit vote(n, false) }
  action commit_all() { when (forall n: Node. yes[n]) and (forall n: Node. not stop_[n])  for n: Node { go[n] := true } }
  action stop_all() { when (exists n: Node. no[n]) and (forall n: Node. not go[n])  for n: Node { stop_[n] := true } }
  action commits(n: Node) { when go[n]  emit decide(n, true) }
  action stops(n: Node) { when stop_[n]  emit decide(n, false) }
}
system one_is_enough extends two_phase implements commit "the coordinator waits for one" {
  action commit_all() { when exists n: Node. yes[n]  for n: Node { go[n] := true } }
}
"""

PAST = """spec past
entity R
output event a(r: R)
output event b(r: R)
invariant after_a "a before b": on b(r): earlier a(r)
system good implements past "in order" {
  process h(r: R) {
    one: { emit a(r) }
    two: { emit b(r) }
  }
  lemma right: forall r: R. h[r] at two implies once a(r)
  lemma wrong: forall r: R. not once b(r)
  invariant finished: forall r: R. h[r] at done implies once b(r)
  invariant between: forall r: R. h[r] at two implies (not b(r)) since a(r)
}
system bad extends good implements past "the other way round" {
  process h(r: R) {
    one: { emit b(r) }
    two: { emit a(r) }
  }
}
"""

FACTS = """spec facts
entity P
event e(p: P)
event f(p: P)
state m: P -> Bool
after e(p) { m[p] := true }
invariant marked "m is kept": on f(p): m[p]
invariant seen "after e": on f(p): earlier e(p)
invariant twice "never twice": on f(p): not earlier f(p)
"""

DUE = """spec due
entity Request
input event ask(request: Request)
output event answer(request: Request)
output event beat()
invariant answered "answered in time": on ask(r): eventually[<= 10s] answer(r)
system watched implements due "nothing goes on while something is overdue" {
  var asked: Request -> Time?
  define fine(r: Request) = asked[r] == none or now - asked[r]! <= 10s
  action asks(r: Request) { when asked[r] == none and (forall o: Request. fine(o))  asked[r] := now  emit ask(r) }
  action answers(r: Request) { when asked[r] != none and (forall o: Request. fine(o))  asked[r] := none  emit answer(r) }
  action clock() { when forall o: Request. fine(o)  emit beat() }
}
system unwatched extends watched implements due "the clock goes on" { action clock() { emit beat() } }
"""

LARGE = {"tickets_twice": 6, "agreement_kept": 7}


def module_of(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def product_of(text: str, system: str, kind: str = "invariant") -> Product:
    module = module_of(text)
    claims = tuple(claim for claim in module.main.claims if claim.kind == kind)
    return build_product(module, module.system(system), claims)


def soon(seconds: float = 20) -> Deadline:
    return Deadline(time.monotonic() + seconds)


def proof(product: Product, seconds: float = 60) -> Inductive | NotFound:
    lemmas = tuple(stated.condition for stated in product.properties if stated.kind == "lemma")
    properties = tuple(stated for stated in product.properties if stated.kind == "invariant")
    states = reachable(product, lambda: None)
    return prove(product, properties, states, soon(seconds), lambda _: None, lemmas)


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (MUTEX, "messages", "messages_given_twice"),
        (MUTEX, "tickets", "tickets_twice"),
        (MUTEX, "agreement", "agreement_kept"),
        (PAGES, "own", "common"),
        (BANK, "careful", "careless"),
        (RATE, "patient", "hasty"),
        (COMMIT, "two_phase", "one_is_enough"),
        (PAST, "good", "bad"),
        (DUE, "watched", "unwatched"),
    ],
)
def test_right_designs_are_proved_and_wrong_ones_refuted(text: str, right: str, wrong: str) -> None:
    product = product_of(text, right)
    found = proof(product)
    assert isinstance(found, Inductive), found
    properties = tuple(stated for stated in product.properties if stated.kind == "invariant")
    assert is_inductive(product, properties, found.clauses, soon())
    twin = product_of(text, wrong)
    scope = {entity.name: 2 for entity in twin.machines[0].specification.entities}
    assert search(twin, (), scope, LARGE.get(wrong, 6), soon()).counterexample is not None


def test_the_shared_buffer_is_not_proved() -> None:
    assert isinstance(proof(buffer_product(keyed=True)), Inductive)
    assert isinstance(proof(buffer_product(keyed=False), 3), NotFound)


def test_a_cover_is_proved_out_of_reach() -> None:
    assert isinstance(proof(product_of(MUTEX, "messages", "cover")), Inductive)
    reached = search(product_of(MUTEX, "messages_given_twice", "cover"), (), {"Node": 2}, 6, soon())
    assert reached.counterexample is not None and reached.counterexample.claim == "crowd"


def test_a_false_lemma_is_not_used() -> None:
    product = product_of(PAST, "good")
    found = proof(product)
    assert isinstance(found, Inductive)
    wrong = next(stated.condition for stated in product.properties if stated.name == "wrong")
    assert found.unproved == (wrong,)


def test_what_follows_from_other_claims() -> None:
    specification = module_of(FACTS).main
    marked = implied_product(specification, specification.claim("marked"), deadlines=False)
    twice = implied_product(specification, specification.claim("twice"), deadlines=False)
    assert isinstance(proof(marked), Inductive)
    assert isinstance(proof(twice, 3), NotFound)
    refuted = search(twice, (), {"P": 2}, 4, soon()).counterexample
    assert refuted is not None and len(refuted.steps) == 3


def test_a_reachable_conflict_of_writes_is_found() -> None:
    text = """spec conflicts
event e(i: Int)
state n: Int
after e(i) { n := i }
after e(i) when i > 3 { n := 0 }
system one implements conflicts "counts" { var i: Int  action go() { i += 1  emit e(i) } }
"""
    found = search(product_of(text, "one"), (), {}, 6, soon()).counterexample
    assert found is not None and (found.claim, len(found.steps)) == ("write conflict", 4)


def test_a_proof_ends_in_time() -> None:
    started = time.monotonic()
    assert isinstance(proof(product_of(MUTEX, "agreement_kept"), 0.5), NotFound)
    assert time.monotonic() - started < 5


TOKENS = """spec tokens
entity Client
output event locked(client: Client, token: Int)
output event stored(client: Client, token: Int)
state newest: Int
state written: Int
state holder: Int -> Client?
after locked(c, t) { newest := t  holder[t] := c }
after stored(_, t) { written := t }
invariant grow "every token is greater than the last": on locked(_, t): t > newest
invariant no_step_back "the store never goes back": on stored(_, t): t >= written
invariant own "a client writes with its own token": on stored(c, t): holder[t] == c
invariant issued "a token is given out before it is used": on stored(_, t): t <= newest
system fenced implements tokens {
  var counter: Int
  var owner: Client?
  var last: Int
  process client(c: Client) {
    var mine: Int
    acquire: { when owner == none  owner := c  counter += 1  mine := counter  emit locked(c, mine) }
    use_it: { when mine >= last  last := mine  emit stored(c, mine)  if owner == c { owner := none }  goto acquire }
  }
  action time_out() { when owner != none  owner := none }
}
"""


def test_what_claims_read_at_reported_integers_is_a_word() -> None:
    product, limit = implementing(TOKENS, "own"), Deadline(time.monotonic() + 30)
    answer = prove(product, (), reachable(product, limit.check), limit, lambda _: None)
    assert isinstance(answer, Inductive)
    said = [expression(clause) for clause in answer.clauses]
    assert any("holder[client[client1].mine]" in clause for clause in said), said


def test_claims_that_take_long_together_are_proved_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(induction, "APART_AFTER", -1.0)
    together = list[bool]()
    original = induction._Attempt._together

    def noted(self: induction._Attempt, formulas: Iterable[Expr]) -> bool:
        together.append(original(self, formulas))
        return together[-1]

    monkeypatch.setattr(induction._Attempt, "_together", noted)
    product = implementing(TOKENS, "grow", "no_step_back", "own", "issued")
    limit = Deadline(time.monotonic() + 30)
    answer = prove(product, (), reachable(product, limit.check), limit, lambda _: None)
    assert together == [True]
    assert isinstance(answer, Inductive)
    assert is_inductive(product, (), answer.clauses, limit)


def test_a_product_apart_asks_for_one_claim_each_and_assumes_the_same() -> None:
    text = TOKENS.replace("system fenced", 'assume few "few": on locked(_, t): t < 100\nsystem fenced')
    text = text.replace("output event locked", "input event locked")
    product = implementing(text, "grow", "own")
    watched = [[c.claim.name for c in part.machines[0].checks] for part in induction.apart(product)]
    assert watched == [["grow", "few"], ["own", "few"]]


def implementing(text: str, *claims: str) -> Product:
    """The first design, asked for these claims."""
    module = check_text(text).module
    assert module is not None
    asked = tuple(claim for claim in module.main.claims if claim.name in claims)
    return build_product(module, module.systems[0], asked)
