"""The formatter: one canonical text for a syntax tree, with the comments of its file.

Laws: what is printed parses to the same items; printing that again changes nothing; every comment is printed exactly once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from honnin.spec import syntax as s
from honnin.spec.comments import Kind, Place, Unit, print_units
from honnin.spec.format_declarations import formal, one_unit, patterns, simple, title, with_parameters
from honnin.spec.format_formulas import (
    brackets,
    formula,
    names,
    parameter_list,
    string,
    value,
    where_part,
)
from honnin.spec.layout import LINE, SOFT, Doc, Group, Nest, commas, lay_out
from honnin.spec.logs.form import line, log_rule, log_value, occurrence
from honnin.spec.source import Node, Span


def format_file(file: s.File) -> str:
    """The whole file in canonical form."""
    printer = _Printer(file)
    printer.header(file)
    for item in file.items:
        printer.item(item)
    return print_units(printer.units, file.comments)


def format_expr(expr: s.Expr) -> str:
    """The formula on one line."""
    return " ".join(line.strip() for line in lay_out(formula(expr), 0))


class _Printer:
    """Turns items into units, each with its place where the source has one."""

    def __init__(self, file: s.File) -> None:
        self.units: list[Unit] = []
        self._file = file.span.file
        self._comments = [(comment.span.line, comment.span.column) for comment in file.comments]
        self._last: Place = (0, 0)

    # ------------------------------------------------------------ units

    def _plain(self, indent: int, doc: Doc, span: Span) -> None:
        self._add(indent, doc, "plain", self._start(span), _end(span))

    def _add(self, indent: int, doc: Doc, kind: Kind, start: Place | None, end: Place) -> None:
        """A unit; it has a place only if that is in this file and not before the last one."""
        if start is not None and start >= self._last:
            self._last = start
            self.units.append(Unit(indent, doc, kind, start, end))
        else:
            self.units.append(Unit(indent, doc, kind, None, None))

    def _start(self, span: Span) -> Place | None:
        return (span.line, span.column) if span.file == self._file else None

    def _closing(self, indent: int, span: Span) -> None:
        start = (span.end_line, span.end_column - 1) if span.file == self._file else None
        self._add(indent, "}", "close", start, _end(span))

    def _has_comment(self, start: Place, end: Place) -> bool:
        return bisect_left(self._comments, start) < bisect_left(self._comments, end)

    def _block(
        self, indent: int, head: Doc, body: Sequence[s.Statement], span: Span, head_end: Place
    ) -> None:
        """`head { body }`: on one line where the body is one simple statement, fits, and has no comment."""
        inline = not (span.file == self._file and self._has_comment(head_end, _end(span)))
        if inline and not body:
            self._plain(indent, (head, " {}"), span)
            return
        if inline and len(body) == 1:
            statement = body[0]
            if not isinstance(statement, s.If | s.Either | s.For):
                whole = (head, " { ", simple(statement), " }")
                if len(lay_out(whole, indent)) == 1:
                    self._plain(indent, whole, span)
                    return
        self._add(indent, (head, " {"), "open", self._start(span), head_end)
        self._statements(indent + 2, body)
        self._closing(indent, span)

    # ------------------------------------------------------------ statements

    def _statements(self, indent: int, body: Sequence[s.Statement]) -> None:
        for statement in body:
            self._statement(indent, statement)

    def _statement(self, indent: int, statement: s.Statement) -> None:
        match statement:
            case s.If(condition, then, None):
                self._block(
                    indent, ("if ", Nest(formula(condition))), then, statement.span, _end(condition.span)
                )
            case s.If():
                self._if_else(indent, statement)
            case s.Either(branches):
                self._either(indent, branches, statement.span)
            case s.For(parameters, where, body):
                head = Group(("for ", Nest((parameter_list(parameters), where_part(where)))))
                last = parameters[-1] if where is None else where
                self._block(indent, head, body, statement.span, _end(last.span))
            case _:
                self._plain(indent, simple(statement), statement.span)

    def _if_else(self, indent: int, statement: s.If) -> None:
        head: Doc = ("if ", Nest(formula(statement.condition)), " {")
        self._add(indent, head, "open", self._start(statement.span), _end(statement.condition.span))
        branch = statement
        while True:
            self._statements(indent + 2, branch.then)
            place = self._middle_place(branch.then, branch.condition)
            match branch.otherwise:
                case None:
                    break
                case (s.If() as following,):
                    head = ("} else if ", Nest(formula(following.condition)), " {")
                    self._add(indent, head, "middle", place, _end(following.condition.span))
                    branch = following
                case otherwise:
                    self._add(indent, "} else {", "middle", place, place or (0, 0))
                    self._statements(indent + 2, otherwise)
                    break
        self._closing(indent, statement.span)

    def _either(self, indent: int, branches: Sequence[Sequence[s.Statement]], span: Span) -> None:
        start = self._start(span)
        self._add(indent, "either {", "open", start, start or (0, 0))
        for index, branch in enumerate(branches):
            if index:
                place = self._middle_place(branches[index - 1], None)
                self._add(indent, "} or {", "middle", place, place or (0, 0))
            self._statements(indent + 2, branch)
        self._closing(indent, span)

    def _middle_place(self, before: Sequence[s.Statement], otherwise: Node | None) -> Place | None:
        """The end of what stands before `} else {` or `} or {`."""
        node = before[-1] if before else otherwise
        return _end(node.span) if node is not None and node.span.file == self._file else None

    # ------------------------------------------------------------ declarations

    def header(self, file: s.File) -> None:
        start = self._start(file.span)
        last = file.title or file.name
        self._add(0, Group((f"spec {file.name.text}", title(file.title))), "plain", start, _end(last.span))

    def item(self, item: s.Item, indent: int = 0) -> None:
        match item:
            case s.AfterDecl(listed, when, body):
                last = listed[-1] if when is None else when
                self._block(indent, ("after ", patterns(listed, when)), body, item.span, _end(last.span))
            case s.PatternDecl():
                self._pattern(indent, item)
            case s.ExampleDecl():
                self._example(indent, item)
            case s.SystemDecl():
                self._system(indent, item)
            case s.LogDecl():
                self._log(indent, item)
            case _:
                self._plain(indent, one_unit(item), item.span)

    def _pattern(self, indent: int, item: s.PatternDecl) -> None:
        text = () if item.title is None else f" {string(item.title.value)}"
        formals = Nest((SOFT, commas(formal(part) for part in item.formals))) if item.formals else ()
        head = (Group((f"pattern {item.name.text}(", formals, SOFT, ")")), text)
        last: Node = item.title or (item.formals[-1] if item.formals else item.name)
        self._add(indent, (head, " {"), "open", self._start(item.span), _end(last.span))
        for inner in item.items:
            self.item(inner, indent + 2)
        self._closing(indent, item.span)

    def _example(self, indent: int, item: s.ExampleDecl) -> None:
        verdict = "accepted" if item.rejected_by is None else f"rejected by {item.rejected_by.text}"
        head = Group((f"example {item.name.text}", title(item.title), Nest((LINE, verdict)), " {"))
        last: Node = item.rejected_by or item.title or item.name
        self._add(indent, head, "open", self._start(item.span), _end(last.span))
        for fact in item.facts:
            doc = (f"given {fact.given.text}", brackets(fact.index), " = ", value(fact.value))
            self._plain(indent + 2, doc, fact.span)
        for step in item.occurrences:
            self._plain(
                indent + 2, line(step) if isinstance(step, s.LineDecl) else occurrence(step), step.span
            )
        self._closing(indent, item.span)

    def _log(self, indent: int, item: s.LogDecl) -> None:
        head = Group((f"from json {string(item.name.value)}", title(item.title), " {"))
        last = item.title or item.name
        self._add(indent, head, "open", self._start(item.span), _end(last.span))
        if item.at is not None:
            self._plain(indent + 2, ("at ", log_value(item.at)), item.at.span)
        for rule in item.rules:
            self._plain(indent + 2, log_rule(rule), rule.span)
        if item.otherwise is not None:
            self._plain(indent + 2, f"otherwise {item.otherwise.word}", item.otherwise.span)
        self._closing(indent, item.span)

    def _system(self, indent: int, item: s.SystemDecl) -> None:
        extends = () if item.extends is None else f" extends {item.extends.text}"
        implements = f" implements {names(item.implements)}" if item.implements else ()
        head = Group((f"system {item.name.text}", extends, implements, title(item.title), " {"))
        last: Node = item.title or (item.implements[-1] if item.implements else item.extends or item.name)
        self._add(indent, head, "open", self._start(item.span), _end(last.span))
        for member in item.members:
            self._member(indent + 2, member)
        self._closing(indent, item.span)

    def _member(self, indent: int, member: s.SystemMember) -> None:
        match member:
            case s.ActionDecl(name, parameters, body):
                last: Node = parameters[-1] if parameters else name
                head = with_parameters(f"action {name.text}", parameters)
                self._block(indent, head, body, member.span, _end(last.span))
            case s.ProcessDecl():
                self._process(indent, member)
            case _:
                self._plain(indent, one_unit(member), member.span)

    def _process(self, indent: int, process: s.ProcessDecl) -> None:
        last: Node = process.parameters[-1] if process.parameters else process.name
        head = (with_parameters(f"process {process.name.text}", process.parameters), " {")
        self._add(indent, head, "open", self._start(process.span), _end(last.span))
        for variable in process.variables:
            self._plain(indent + 2, one_unit(variable), variable.span)
        for step in process.steps:
            self._block(indent + 2, f"{step.label.text}:", step.body, step.span, _end(step.label.span))
        self._closing(indent, process.span)


def _end(span: Span) -> Place:
    return span.end_line, span.end_column
