"""How the registers of a phase, and the awaited `eventually`s, are brought up to date at one event, as Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from honnin.compiler.generator.candidates import Bind, Plan, Scan, Seen, Unplannable
from honnin.compiler.generator.expressions import NOW, Level, Printer
from honnin.compiler.generator.lines import Lines, Writer, each, loop, mark
from honnin.compiler.generator.names import comment, tuple_text
from honnin.compiler.generator.program import Place, Program
from honnin.compiler.generator.specialise import at_event
from honnin.compiler.machine import Phase, Register
from honnin.compiler.simplify import conjunction, is_false, is_true, negation, normal, substitute
from honnin.spec.core import Binder, Compare, Event, Expr, Lift, Lit, Present, StateRead, Var, type_of, walk


def print_registers(
    lines: Lines, printer: Printer, event: Event, phase: Phase, changed: Collection[str]
) -> None:
    """All registers of the phase speak of the present position too.

    From the last to the first: a register's formulas read only those before it, which still speak of the past.
    """
    for register in reversed(printer.program.registers):
        if register.phase == phase:
            begin = at_event(register.set, event, changed)
            hold = at_event(register.hold, event, changed)
            head = len(lines.lines)
            lines.add(f"# {register.name}: {comment(register.source)}")
            _Commit(lines, printer, register, begin, hold).print()
            if len(lines.lines) == head + 1:
                lines.lines.pop()


class _Commit:
    def __init__(self, lines: Lines, printer: Printer, register: Register, begin: Expr, hold: Expr) -> None:
        self.lines = lines
        self.printer = printer
        self.register = register
        self.place: Place = printer.program.place(register.name)
        self.begin = begin
        self.hold = hold

    def print(self) -> None:
        match self.register.operator:
            case "previously":
                self._previously()
            case "count":
                self._count()
            case "since":
                if self.register.value is not None:
                    self._function(self.register.value)
                elif self.place.scalar:
                    self._since_scalar()
                else:
                    self._since()

    def _previously(self) -> None:
        register, place = self.register, self.place
        if place.scalar:
            self.lines.add(f"{place.attribute} = {self.printer.text(self.begin)}")
            Writer(self.lines, self.printer).note(place)
            return
        exceptional = negation(self.begin) if register.fresh else self.begin
        plans = self.printer.planner.plans(register.keys, exceptional)
        found = self.printer.found(plans, register.keys, mark(place)) if plans else "{}"
        self.lines.add(f"{place.attribute} = {found}")
        if register.fresh:
            self.lines.add(f"{place.attribute}_on = True")

    def _count(self) -> None:
        if is_false(self.begin):
            return
        attribute = self.place.attribute
        plans = self.printer.planner.plans(self.register.keys, self.begin)
        with each(self.lines, self.printer, plans, self.register.keys) as scope:
            key = tuple_text(_keys(scope, self.register)) if self.register.keys else "()"
            self.lines.add(f"{attribute}[{key}] = {attribute}.get({key}, 0) + 1")
            self.lines.add(f"{attribute}_queue.append(({NOW}, {key}))")
            Writer(self.lines, scope).note(self.place, key)

    def _since_scalar(self) -> None:
        attribute = self.place.attribute
        writer = Writer(self.lines, self.printer)
        empty, full = ("False", "True") if self.register.stores == "whether" else ("None", NOW)
        drop, begin = normal(self.hold, False), self.begin
        if not is_false(drop):
            with self.lines.where(self.printer, drop):
                if self.place.traced:
                    with self.lines.block(f"if {attribute}{'' if empty == 'False' else ' is not None'}:"):
                        writer.note(self.place)
                self.lines.add(f"{attribute} = {empty}")
        if not is_false(begin):
            if self.register.stores == "earliest":
                test = f"{attribute} is None"
                if not is_true(begin):
                    test += f" and {self.printer.text(begin, Level.NOT)}"
                with self.lines.block(f"if {test}:"):
                    self.lines.add(f"{attribute} = {full}")
                    writer.note(self.place)
            else:
                with self.lines.where(self.printer, begin):
                    self.lines.add(f"{attribute} = {full}")
                    writer.note(self.place)

    def _since(self) -> None:
        writer = Writer(self.lines, self.printer)
        for plan in self._dropped():
            with loop(self.lines, self.printer, plan) as scope:
                writer.take(self.place, _keys(scope, self.register))
        if is_false(self.begin):
            return
        for plan in self.printer.planner.plans(self.register.keys, self.begin):
            with loop(self.lines, self.printer, plan) as scope:
                self._hold(Writer(self.lines, scope), _keys(scope, self.register))

    def _function(self, value: Binder) -> None:
        """For each of the keys one value: what is set stands where another stood."""
        keys = self.register.keys
        begun = () if is_false(self.begin) else self.printer.planner.plans((*keys, value), self.begin)
        for plan in self._forgotten(value, begun):
            with loop(self.lines, self.printer, plan) as scope:
                Writer(self.lines, scope).take(self.place, _keys(scope, self.register))
        for plan in begun:
            with loop(self.lines, self.printer, plan) as scope:
                new = Lift(Var(value, value.type), self.register.type)
                Writer(self.lines, scope).put(self.place, _keys(scope, self.register), new, scope.text(new))

    def _forgotten(self, value: Binder, begun: Sequence[Plan]) -> Sequence[Plan]:
        """How to find the keys that have no value any longer; none where the one that is set always stands there then."""
        drop = normal(self.hold, False)
        if is_false(drop):
            return ()
        there = Present(self._read, type_of(Var(value, value.type)))
        plans = self._found(substitute(drop, {value.uid: there}), self._stands)
        one = len(begun) == len(plans) == 1
        bound = _bound(begun[0], self.register) if one else None
        return () if bound is not None and bound == _bound(plans[0], self.register) else plans

    def _dropped(self) -> Sequence[Plan]:
        """How to find the keys that are held no longer."""
        drop = normal(self.hold, False)
        if is_false(drop):
            return ()
        return self._found(drop, self._read if self.register.stores == "whether" else self._stands)

    @property
    def _read(self) -> StateRead:
        """What the register has at its keys."""
        keys = tuple(Var(key, key.type) for key in self.register.keys)
        return StateRead(self.register.name, keys, self.register.type)

    @property
    def _stands(self) -> Expr:
        """That it has something there."""
        return Compare("!=", self._read, Lit(None, self.register.type))

    def _found(self, drop: Expr, held: Expr) -> Sequence[Plan]:
        """How to find the keys of which `drop` holds: by what the event says, or else among those held."""
        planner, keys = self.printer.planner, self.register.keys
        if self.register.name not in {node.state for node in walk(drop) if isinstance(node, StateRead)}:
            try:
                plans = planner.plans(keys, drop)
                if not any(isinstance(step, Scan | Seen) for plan in plans for step in plan):
                    return plans
            except Unplannable:
                pass
        return planner.plans(keys, conjunction((held, drop)))

    def _hold(self, writer: Writer, keys: Sequence[str]) -> None:
        place, register = self.place, self.register
        if register.stores == "whether":
            writer.hold(place, keys, mark(place))
        elif register.stores == "earliest":
            with self.lines.block(f"if {tuple_text(keys)} not in {place.attribute}:"):
                writer.hold(place, keys, NOW)
        else:
            writer.hold(place, keys, NOW)
            if has_queue(register):
                self.lines.add(f"{place.attribute}_queue.append(({NOW}, {tuple_text(keys)}))")


def _keys(scope: Printer, register: Register) -> list[str]:
    return [scope.variables[key.uid] for key in register.keys]


def _bound(plan: Plan, register: Register) -> dict[int, Expr] | None:
    """What the keys are by the plan, if it asks nothing else; else None."""
    bound = {step.binder.uid: step.value for step in plan if isinstance(step, Bind)}
    keys = {key.uid for key in register.keys}
    return {uid: value for uid, value in bound.items() if uid in keys} if len(bound) == len(plan) else None


def has_queue(register: Register) -> bool:
    """Whether what the register holds is forgotten as time passes."""
    return register.stores == "times" or (
        register.stores == "latest" and bool(register.window and register.keys)
    )


def print_forgetting(lines: Lines, program: Program) -> None:
    """What is too long ago for any claim to ask for is dropped."""
    for register in program.registers:
        if has_queue(register):
            place = program.place(register.name)
            forget = "forget_counts" if register.stores == "times" else "forget_times"
            source = f", {place.source}" if place.traced else ""
            queue, before = f"{place.attribute}_queue", f"{NOW} - {register.window}"
            indexes = program.indexes.get(place.name)
            if not indexes:
                lines.add(f"{forget}({queue}, {place.attribute}, {before}{source})")
                continue
            with (
                lines.block(f"if {queue} and {queue}[0][0] < {before}:"),
                lines.block(f"for _gone in forgotten({queue}, {place.attribute}, {before}{source}):"),
            ):
                for positions, attribute in indexes.items():
                    part = tuple_text(f"_gone[{position}]" for position in positions)
                    lines.add(f"unindex({attribute}, {part}, _gone)")


def print_goals(lines: Lines, printer: Printer, event: Event) -> None:
    """What was awaited and holds at this event is met."""
    for goal in printer.program.goals.values():
        body = at_event(goal.body, event)
        if is_false(body):
            continue
        binders = [key.binder for key in goal.keys]
        plans = printer.planner.plans(binders, conjunction((goal.awaited, body)))
        attribute = printer.program.place(goal.place).attribute
        for plan in plans:
            with loop(lines, printer, plan) as scope:
                key = tuple_text(scope.variables[key.uid] for key in binders) if binders else "()"
                if goal.place in printer.program.alone:
                    lines.add(f"del {attribute}[{key}]")
                    with lines.block(f"if {attribute}_again:"):
                        lines.add(f"{attribute}_again.pop({key}, None)")
                else:
                    lines.add(f"self._met({attribute}, {key})")
