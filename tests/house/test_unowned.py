"""What the wall between organisations does not cover: each table by name, with the reason why it stands outside."""

import ast

from flask import Flask

from compliance.support.db import Base, Owned
from tests.house.sources import OURS, python_files, relative, tree

#: Tables that belong to no single organisation. A new one is a decision: say how its rows are kept apart.
OUTSIDE = {
    "access_log": "asked by the number of its chain, always: the functions of records/access.py take it",
    "chain_heads": "one row a chain; the installation has one too, and a commit takes several locks in order",
    "heartbeats": "the pulse of the installation's own processes; says nothing of anybody",
    "jobs": "claimed by workers of the installation; asked by token and organisation together",
    "journal": "asked by the number of its chain, always: the installation's stands in the same table",
    "letters": "delivered by workers of the installation, which has letters of its own; lists name the organisation",
    "memberships": "says in which organisations a person may be: asked before one is entered",
    "organisations": "found by its address before it is entered",
    "people": "one person may work in several organisations; lists of people join memberships of the one entered",
}


def test_every_table_outside_the_wall_has_a_reason(app: Flask) -> None:
    outside = {m.local_table.name for m in Base.registry.mappers if not issubclass(m.class_, Owned)}
    assert outside == set(OUTSIDE)


def test_only_tables_outside_the_wall_are_read_without_the_filter(app: Flask) -> None:
    """A statement that says UNOWNED is not filtered: it may name no model whose rows belong to an organisation."""
    owned = {mapper.class_.__name__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)}
    found = {
        f"{relative(path)}:{statement.lineno}": names
        for path in python_files(*OURS)
        for statement in ast.walk(tree(path))
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr) and "UNOWNED" in _names(statement)
        for names in [_names(statement)]
    }
    assert found
    assert {place: names & owned for place, names in found.items() if names & owned} == {}


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
