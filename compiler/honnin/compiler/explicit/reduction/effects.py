"""What each path reads and writes, in terms of the state before it."""

from __future__ import annotations

from collections.abc import Iterable

from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.reduction.cells import Cells, Key, Own, increased
from honnin.compiler.explicit.reduction.events import Events
from honnin.compiler.explicit.reduction.reader import Effect, Reader, Sight, written
from honnin.compiler.explicit.relevance import may_fail
from honnin.compiler.product import Path, PathStatement
from honnin.spec import core
from honnin.spec.records import replace


class Effects:
    """Follows the paths of a product."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.reader = Reader(vocabulary)
        self._events = Events(self.reader)

    def of(self, path: Path) -> Effect:
        effect = Effect(path)
        own = path.parameters if path.process is not None else ()
        sight = Sight({binder.uid: Own(i) for i, binder in enumerate(own)}, effect.memory)
        for statement in path.body:
            self._statement(statement, sight, effect)
        return effect

    def _statement(self, statement: PathStatement, sight: Sight, effect: Effect) -> None:
        match statement:
            case core.When(condition=condition) | core.Pick(where=condition):
                effect.asked.update(self.reader.reads(condition, sight))
            case core.Assign():
                self._assign(statement, sight, effect, surely=True)
            case core.For():
                before = replace(sight, memory=effect.memory.copy())
                self._block((statement,), before, effect)
            case core.Emit(event=event, arguments=arguments):
                for i, argument in enumerate(arguments):
                    if self.vocabulary.matters(event, i) or may_fail(argument):
                        effect.asked.update(self.reader.reads(argument, sight))
                keys = [self.reader.value(argument, sight) for argument in arguments]
                self._events.happens(event, keys, effect)

    def _assign(self, statement: core.Assign, sight: Sight, effect: Effect, surely: bool) -> None:
        reader = self.reader
        cells = reader.place(statement.place, statement.keys, sight)
        for expr in statement.keys if cells is not None else ():
            effect.asked.update(reader.reads(expr, sight))
        for expr in filter(may_fail, (*statement.keys, statement.value)):
            effect.asked.update(reader.reads(expr, sight))
        if cells is None:
            return
        reads = frozenset(reader.reads(statement.value, sight))
        value = reader.value(statement.value, sight)
        if statement.operator != ":=":
            reads |= frozenset(sight.memory.read(cells))
            value = self._added(statement, cells, sight)
        effect.writes.append(written(cells, reads))
        effect.memory.write(cells, value, reads, surely)
        if sight.memory is not effect.memory:
            sight.memory.write(cells, None, reads, False)

    def _added(self, statement: core.Assign, cells: Cells, sight: Sight) -> Key:
        """What is known of the value after `+=` or `-=`."""
        match statement:
            case core.Assign(operator="+=", value=core.Lit(value=int() as more)):
                return increased(sight.memory.now(cells, self.vocabulary.slots[cells.slot]), more)
            case _:
                return None

    def _block(self, body: Iterable[core.Statement], sight: Sight, effect: Effect) -> None:
        """Statements of a `for`: each may be obeyed for many values, and sees what others of its iteration wrote or did not."""
        for statement in body:
            match statement:
                case core.Assign():
                    self._assign(statement, sight, effect, surely=False)
                case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                    effect.asked.update(self.reader.reads(condition, sight))
                    self._block((*then, *otherwise), sight, effect)
                case core.For(where=where, body=inner):
                    effect.asked.update(self.reader.reads(where, sight))
                    self._block(inner, sight, effect)
                case _:
                    raise TypeError(f"{type(statement).__name__} does not stand in a for")
