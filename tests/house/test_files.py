"""What is kept in the repository: readable data, used templates, documented settings, nobody's addresses."""

import ast
import dataclasses
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

from compliance.config import Settings
from tests.house.sources import OURS, ROOT, TEMPLATES, kept_files, python_files, relative, templates, text_of, tree

TOML = [path for path in kept_files() if path.suffix == ".toml"]
LOCKS = {"requirements.txt", "requirements-dev.txt"}


def imported(folders: tuple[str, ...]) -> set[str]:
    """The top names of what these folders import, the standard library and our own left out."""
    named: set[str] = set()
    for path in python_files(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                named.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                named.add(node.module)
    ours = {"compliance", "forms", "tests", "bench", "wsgi"}
    return {name.partition(".")[0] for name in named} - sys.stdlib_module_names - ours


@pytest.mark.parametrize(
    ("lock", "folders"), [("requirements.txt", OURS), ("requirements-dev.txt", ("tests", "bench"))]
)
def test_what_is_imported_is_pinned(lock: str, folders: tuple[str, ...]) -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", text_of(ROOT / lock), flags=re.MULTILINE))
    owners = importlib.metadata.packages_distributions()
    loose = {
        name for name in imported(folders) if not {owner.lower().replace("_", "-") for owner in owners[name]} & pinned
    }
    assert loose == set()


@pytest.mark.parametrize("path", TOML, ids=[relative(path) for path in TOML])
def test_data_can_be_read(path: Path) -> None:
    tomllib.loads(text_of(path))


def test_every_template_is_used() -> None:
    sources = "\n".join(text_of(path) for path in (*python_files(*OURS, "deploy"), *templates()))
    unused = []
    for path in templates():
        name = path.relative_to(TEMPLATES).as_posix()
        # A letter is a folder, and the sign-in library asks for its templates by itself.
        folder = path.parent.name
        letter = name.startswith("email/") and f'"{folder}"' in sources
        if (
            f'"{name}"' not in sources
            and f"'{name}'" not in sources
            and not letter
            and not name.startswith("security/")
        ):
            unused.append(name)
    assert unused == []


def test_every_setting_is_documented_with_its_default() -> None:
    manual = text_of(ROOT / "docs" / "operations.md")
    missing = []
    for setting in dataclasses.fields(Settings):
        rows = [line for line in manual.splitlines() if line.startswith(f"| `{setting.name.upper()}` |")]
        default = "" if setting.default in ("", False) else str(setting.default)
        if len(rows) != 1 or default not in rows[0]:
            missing.append(f"{setting.name.upper()} ({default or 'empty'})")
    assert missing == []


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([A-Z_]+)` \|", text_of(ROOT / "docs" / "operations.md"), flags=re.MULTILINE)
    assert set(named) - {field.name.upper() for field in dataclasses.fields(Settings)} == set()


#: Hosts that serve packages or scripts, written in pieces so that this file is not its own finding.
HOSTS = ("py" + "pi", "python" + "hosted", "npm" + "js", "un" + "pkg", "js" + "delivr", "cdn" + "js", "google" + "apis")
PLACES = re.compile(
    r"/(?:home|Users|root|work|mnt)/\w|[A-Z]:\\\\|\bcdn\.|\b(?:" + "|".join(HOSTS) + r")\.(?:org|com|net)"
)


def test_no_file_names_a_machine_or_a_host_that_serves_code() -> None:
    found = {}
    for path in kept_files():
        addresses = re.compile(r"(?:https?|file)://\S+") if path.name in LOCKS else PLACES
        if places := [match.group() for match in addresses.finditer(text_of(path))]:
            found[relative(path)] = places
    assert found == {}


def test_both_lists_of_requirements_pin_the_same_versions() -> None:
    pin = re.compile(r"^([a-z0-9._-]+)==(\S+)", flags=re.MULTILINE | re.IGNORECASE)
    runtime = dict(pin.findall(text_of(ROOT / "requirements.txt")))
    development = dict(pin.findall(text_of(ROOT / "requirements-dev.txt")))
    assert {name: version for name, version in runtime.items() if development.get(name) != version} == {}


def test_every_pinned_requirement_has_a_hash() -> None:
    for name in LOCKS:
        blocks = re.split(r"\n(?=[a-zA-Z0-9])", text_of(ROOT / name))
        assert [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []


def test_every_command_of_the_readme_exists() -> None:
    readme = text_of(ROOT / "README.md")
    makefile = text_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    fenced = "\n".join(re.findall(r"^```(?:sh|shell|bash|console)?\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z-]+)", readme)) - targets == set()
    assert "make run" in fenced
    assert "make test" in fenced
    for script in re.findall(r"(?:^|\s)(\.?[\w-]+/[\w./-]+)", fenced):
        assert (ROOT / script).exists() or script.startswith((".venv/", "var/")), script
