"""The grammar: no conflicts, and the same words as the lexer."""

from __future__ import annotations

from lark.lexer import PatternStr

from honnin.spec.build import Build
from honnin.spec.lalr import ITEM_WORDS
from honnin.spec.lark_tables import grammar, written
from honnin.spec.lexer import KEYWORDS, MISSPELT, PUNCTUATION, RESERVED, SOFT_WORDS, TYPE_WORDS
from honnin.spec.tables import FILE, tables

# language.md, section 2.
RESERVED_WORDS = """
spec use as with entity enum const given input output hidden event personal state define after when pattern invariant assume cover on
always sometime example accepted rejected by at system extends implements var any init action process lemma emit pick where either or
goto stop for check satisfies violates reaches within steps if then else and not implies iff forall exists since once earlier
historically previously eventually old count sum true false none now done Bool Int Text Time Duration
"""


def test_the_tables_are_those_of_the_grammar() -> None:
    """And the grammar has no conflicts. To make them anew: `python -m honnin.spec.lark_tables`."""
    assert FILE.read_text(encoding="utf-8") == written()


def test_the_reserved_words_are_those_of_the_language() -> None:
    assert frozenset(RESERVED_WORDS.split()) == RESERVED


def test_every_word_and_sign_of_the_grammar_is_one_of_the_lexer() -> None:
    words = {word.upper() for word in (*KEYWORDS, *SOFT_WORDS)}
    lexed = words | set(PUNCTUATION.values()) | {"UNDERSCORE"}
    assert {terminal.name for terminal in grammar().terminals} == lexed
    for terminal in grammar().terminals:
        if isinstance(terminal.pattern, PatternStr):
            word = terminal.pattern.value
            assert PUNCTUATION.get(word, word.upper() if word != "_" else "UNDERSCORE") == terminal.name


def test_what_is_misspelt_has_a_right_spelling() -> None:
    assert set(MISSPELT.values()) <= {*KEYWORDS, *PUNCTUATION}
    assert not set(MISSPELT) & set(PUNCTUATION)


def test_every_declaration_begins_with_a_word_that_the_parser_can_resume_at() -> None:
    words = {word for word in (*KEYWORDS, *SOFT_WORDS) if word.upper() in ITEM_WORDS}
    assert len(words) == len(ITEM_WORDS)
    assert not words & TYPE_WORDS


def test_every_rule_has_a_method_of_its_name() -> None:
    rules = {
        rule.data
        for rule in tables().rules
        if not rule.origin.startswith("_") and not (rule.is_thin and rule.data == rule.origin)
    }
    assert {name for name in rules if not hasattr(Build, name)} == set()
