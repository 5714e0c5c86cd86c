"""What the tests of the house read: our own files, parsed once."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("compliance", "forms")
TEMPLATES = ROOT / "templates"


@functools.cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Python files below these folders of the project, vendored ones left out."""
    return tuple(
        sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "vendor" not in path.parts)
    )


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its `def` to its end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def templates() -> list[Path]:
    """Every template: pages, letters, PDFs."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


@functools.cache
def kept_files() -> tuple[Path, ...]:
    """The files that git keeps or would keep: everything that is not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file() and "vendor" not in path.parts))


def text_of(path: Path) -> str:
    """The text of a file; empty when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def relative(path: Path) -> str:
    """The path as people say it: from the root of the project."""
    return path.relative_to(ROOT).as_posix()
