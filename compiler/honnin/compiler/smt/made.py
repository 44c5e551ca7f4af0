"""z3 expressions made of parts whose sorts are known to fit, and solvers asked about such.

z3py looks at the sort of every part of what it makes, and makes an object of each sort that it looks at: of a short proof that was
a tenth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import z3


def negation(formula: z3.BoolRef) -> z3.BoolRef:
    """The formula is false; of what was made here, what was negated."""
    known: z3.BoolRef | None = getattr(formula, "negated", None)
    if known is None:
        known = z3.BoolRef(z3.Z3_mk_not(formula.ctx.ref(), formula.ast), formula.ctx)
        known.negated = formula
    return known


def conjunction(items: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """All of `items`, of which there is one at least."""
    context = items[0].ctx
    return z3.BoolRef(z3.Z3_mk_and(context.ref(), len(items), _array(items)), context)


def disjunction(items: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """One of `items`, of which there is one at least."""
    context = items[0].ctx
    return z3.BoolRef(z3.Z3_mk_or(context.ref(), len(items), _array(items)), context)


def implication(condition: z3.BoolRef, then: z3.BoolRef) -> z3.BoolRef:
    """`then` holds where the condition does."""
    return z3.BoolRef(z3.Z3_mk_implies(condition.ctx.ref(), condition.ast, then.ast), condition.ctx)


def equation(left: z3.ExprRef, right: z3.ExprRef) -> z3.BoolRef:
    """The two, of one sort, are equal."""
    return z3.BoolRef(z3.Z3_mk_eq(left.ctx.ref(), left.ast, right.ast), left.ctx)


def choice(condition: z3.BoolRef, then: z3.ExprRef, otherwise: z3.ExprRef) -> z3.ExprRef:
    """`then` where the condition holds, else `otherwise`, of the same sort."""
    made = z3.Z3_mk_ite(then.ctx.ref(), condition.ast, then.ast, otherwise.ast)
    return _kind_like(then)(made, then.ctx)


def application(symbol: z3.FuncDeclRef, result: Kind, arguments: Sequence[z3.ExprRef]) -> z3.ExprRef:
    """The function at the arguments; `result`: the kind of its values."""
    made = z3.Z3_mk_app(symbol.ctx.ref(), symbol.ast, len(arguments), _array(arguments))
    return result(made, symbol.ctx)


Kind: TypeAlias = Callable[[object, z3.Context], z3.ExprRef]
"""Makes an expression that is not written as a value of what z3 made."""

_KINDS: Final[Mapping[type, Kind]] = {
    z3.BoolSortRef: z3.BoolRef,
    z3.ArithSortRef: z3.ArithRef,
    z3.BitVecSortRef: z3.BitVecRef,
    z3.DatatypeSortRef: z3.DatatypeRef,
}


def kind_of(sort: z3.SortRef) -> Kind:
    """The kind of the expressions of the sort."""
    return _KINDS.get(type(sort), z3.ExprRef)


def _kind_like(expression: z3.ExprRef) -> Kind:
    """The kind of the expressions of the same sort."""
    kinds = (z3.BoolRef, z3.ArithRef, z3.BitVecRef, z3.DatatypeRef, z3.ExprRef)
    found: Kind = next(kind for kind in kinds if isinstance(expression, kind))
    return found


def address(expression: z3.AstRef) -> int:
    """Equal for expressions that are written the same, while one of them is kept."""
    number: int = expression.ast.value
    return number


def is_true(formula: z3.BoolRef) -> bool:
    """Whether the formula is written `true`."""
    return bool(z3.Z3_get_bool_value(formula.ctx.ref(), formula.ast) == z3.Z3_L_TRUE)


def assertions(solver: z3.Solver, formulas: Iterable[z3.BoolRef]) -> None:
    """From now on the formulas hold."""
    for formula in formulas:
        z3.Z3_solver_assert(solver.ctx.ref(), solver.solver, formula.ast)


@lru_cache(maxsize=16)
def _parameters(**parameters: bool | int) -> z3.ParamsRef:
    made = z3.ParamsRef()
    for name, value in parameters.items():
        made.set(name, value)
    return made


def limits(solver: z3.Solver, **parameters: bool | int) -> None:
    """`solver.set`, of parameters that are often the same."""
    z3.Z3_solver_set_params(solver.ctx.ref(), solver.solver, _parameters(**parameters).params)


def answer(solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
    """What the solver says, the assumptions being true."""
    found = z3.Z3_solver_check_assumptions(
        solver.ctx.ref(), solver.solver, len(assumptions), _array(assumptions)
    )
    return z3.CheckSatResult(found)


def _array(parts: Sequence[z3.AstRef]) -> object:
    return (z3.Ast * len(parts))(*(part.ast for part in parts))
