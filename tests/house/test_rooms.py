"""The house: known rooms, small files and functions, typed and explained, nobody imported in secret."""

import ast
from pathlib import Path

from tests.house import sources
from tests.house.sources import OURS, ROOT, TEMPLATES, functions, length, python_files, relative, text_of, tree

ROOMS = {"documents", "rules", "models", "schemas", "notifications", "services", "views", "api", "tasks", "intake"}
#: Storeys that are not domains have rooms of their own: they compose, or they carry the rest.
NOT_DOMAINS = {"support", "regulation", "records", "exports", "dashboard", "cli", "sample"}
OWN_ROOMS = {"accounts": {"first_start", "guard", "roles", "vocabulary"}}
#: What forms of all domains share.
FORM_PARTS = {"base", "choices", "chosen", "documents", "drafts", "faces", "fields", "review", "rows", "widgets"}

FILES = python_files(*OURS)


def test_a_domain_has_known_rooms_only() -> None:
    unknown = []
    for folder in sorted((ROOT / "compliance").iterdir()):
        if folder.name in NOT_DOMAINS or not (folder / "__init__.py").exists():
            continue
        rooms = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        unknown += [
            f"{folder.name}/{room}" for room in rooms - ROOMS - OWN_ROOMS.get(folder.name, set()) - {"__init__"}
        ]
    assert unknown == []


def test_one_word_leads_to_the_same_shelves() -> None:
    domains = {path.name for path in (ROOT / "compliance").iterdir() if path.is_dir()}
    assert {path.stem for path in (ROOT / "forms").glob("*.py")} - domains - FORM_PARTS - {"__init__"} == set()
    shelves = {path.name for path in TEMPLATES.iterdir() if path.is_dir()} if TEMPLATES.exists() else set()
    assert shelves - domains - {"layout", "pieces", "errors", "email", "pdf", "security"} == set()


def test_files_are_at_most_400_lines() -> None:
    long = {relative(path): lines for path in python_files(*OURS, "tests") if (lines := _lines(path)) > 400}
    assert long == {}


def test_functions_are_at_most_60_lines() -> None:
    every = [(path, function) for path in python_files(*OURS, "tests") for function in functions(path)]
    assert [f"{relative(p)}:{f.lineno} {f.name}: {length(f)}" for p, f in every if length(f) > 60] == []


def test_templates_are_at_most_150_lines() -> None:
    assert {relative(path): lines for path in sources.templates() if (lines := _lines(path)) > 150} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [relative(path) for path in FILES if not (ast.get_docstring(tree(path)) or "").strip()]
    assert silent == []


def test_every_signature_is_typed() -> None:
    assert [
        f"{relative(path)}:{f.lineno} {f.name}" for path in FILES for f in functions(path) if not _is_typed(f)
    ] == []


def _is_typed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    a = function.args
    given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    return function.returns is not None and all(
        argument.annotation is not None for argument in given if argument.arg not in ("self", "cls")
    )


def test_nothing_of_ours_is_imported_inside_a_function() -> None:
    hidden = [
        f"{relative(path)}:{node.lineno}"
        for path in FILES
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and _imports_ours(node)
    ]
    assert hidden == []


def _imports_ours(node: ast.Import | ast.ImportFrom) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return any(name.split(".")[0] in OURS for name in names) or (isinstance(node, ast.ImportFrom) and node.level > 0)


def _lines(path: Path) -> int:
    return len(text_of(path).splitlines())


#: Storeys that may speak to the database past the listener that keeps organisations apart.
NEAR_THE_DATABASE = ("compliance/support/", "compliance/records/")


def test_no_statement_goes_past_the_wall_between_organisations() -> None:
    """Bulk updates, bulk deletes, text and Core tables are not seen by the listener that filters by organisation."""
    past = {
        relative(path): statements
        for path in FILES
        if not relative(path).startswith(NEAR_THE_DATABASE) and (statements := _past_the_wall(path))
    }
    assert past == {}


def _past_the_wall(path: Path) -> list[str]:
    nodes = list(ast.walk(tree(path)))
    imported = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for alias in node.names
        if alias.name in ("update", "delete", "insert", "text")
    }
    calls = [node.func for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    tables = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "__table__"]
    return [f"{name.id}, line {name.lineno}" for name in calls if name.id in imported] + [
        f"__table__, line {node.lineno}" for node in tables
    ]
