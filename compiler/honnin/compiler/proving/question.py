"""What a `check` statement asks of a design, as every engine is asked it."""

from __future__ import annotations

from honnin.compiler.answers import Premise
from honnin.compiler.product import Product, build_product
from honnin.compiler.replay import Goal, goals
from honnin.spec.core import Check, Claim, Emit, Expr, Module, Property, Specification, System
from honnin.spec.records import dataclass, replace
from honnin.spec.words import expression


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a run of `product` shows one of the goals: a violated claim or property, a cover reached, a write conflict.

    `properties`: those of the design among the goals. `lemmas`: what the author offers to a proof.
    """

    check: Check
    product: Product
    properties: tuple[Property, ...]
    lemmas: tuple[Expr, ...]

    @property
    def is_cover(self) -> bool:
        return self.check.relation == "reaches"

    @property
    def expects_proof(self) -> bool:
        """Whether the answer is rather a proof than a run: the author says so, or no step reports what a run would have to show."""
        return self.check.relation in ("satisfies", "implies") or self._is_never_reported

    @property
    def _is_never_reported(self) -> bool:
        reported = {s.event for path in self.product.paths for s in path.body if isinstance(s, Emit)}
        claims = [c.claim for m in self.product.machines for c in m.checks if c.claim.kind != "assume"]
        return not self.properties and all(
            claim.form == "on" and reported.isdisjoint(pattern.event for pattern in claim.patterns)
            for claim in claims
        )

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What would settle the question, in the order in which it is preferred."""
        return goals(self.product, self.properties)

    @property
    def premises(self) -> tuple[Premise, ...]:
        """The assumptions that an answer rests on."""
        claims = [
            Premise(check.claim.name, _premise_text(check.claim))
            for machine in self.product.machines
            for check in machine.checks
            if check.claim.kind == "assume" and not _said_before(check.claim)
        ]
        stated = [
            Premise(p.name, expression(p.condition, self.product.system)) for p in self.product.assumptions
        ]
        return (*claims, *stated)


def question(module: Module, check: Check, *, lemmas: bool = True) -> Question:
    """The question that a statement about a design asks. Without `lemmas` only a proof needs: those that are not asked for."""
    system = module.system(check.subject)
    if not lemmas:
        system = without_lemmas(system, check.target)
    claims, targets = _targets(module, system, check)
    product = build_product(module, system, claims)
    names = {stated.name for stated in targets}
    properties = tuple(stated for stated in product.properties if stated.name in names)
    offered = tuple(stated.condition for stated in product.properties if stated.kind == "lemma")
    return Question(check, product, properties, offered)


def without_lemmas(system: System, asked: str) -> System:
    """The design without its lemmas, but for the one that is asked for."""
    kept = tuple(p for p in system.properties if p.kind != "lemma" or p.name == asked)
    return replace(system, properties=kept)


def _targets(module: Module, system: System, check: Check) -> tuple[tuple[Claim, ...], tuple[Property, ...]]:
    specifications = [module.specification(name) for name in system.implements]
    for specification in specifications:
        if specification.name == check.target:
            return tuple(c for c in specification.claims if c.kind == "invariant"), ()
    stated = tuple(p for p in system.properties if p.name == check.target and p.kind != "assume")
    if stated and check.relation != "reaches":
        return (), stated
    return _claims(specifications, check), ()


def _claims(specifications: list[Specification], check: Check) -> tuple[Claim, ...]:
    kind = "cover" if check.relation == "reaches" else "invariant"
    return tuple(
        claim
        for specification in specifications
        for claim in specification.claims
        if claim.name == check.target and claim.kind == kind
    )[:1]


def _said_before(claim: Claim) -> bool:
    """Whether another claim says the same of the first field of that entity (`E.retain`)."""
    return claim.implicit and claim.name[-1].isdecimal()


def _premise_text(claim: Claim) -> str:
    """An assumption in the language; what `retain` takes for granted, in words."""
    return claim.title if claim.implicit and claim.title is not None else claim_text(claim)


def claim_text(claim: Claim) -> str:
    """A claim in the language, as one line."""
    events = " or ".join(_pattern_text(claim, i) for i in range(len(claim.patterns)))
    head = f"on {events}" if claim.form == "on" else claim.form
    when = expression(claim.when)
    condition = f" when {when}" if claim.form == "on" and when != "true" else ""
    return f"{head}{condition}: {expression(claim.body)}"


def _pattern_text(claim: Claim, index: int) -> str:
    from honnin.spec.core import Binder, Lit

    pattern = claim.patterns[index]
    parts = [
        a.name if isinstance(a, Binder) else expression(a) if isinstance(a, Lit) else "_"
        for a in pattern.arguments
    ]
    return f"{pattern.event}({', '.join(parts)})"
