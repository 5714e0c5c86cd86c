"""Fetches what pages borrow, checks it against the recorded hashes, cuts fonts and icons, writes the manifest.

Run from anywhere with a Python that has `fonttools[woff]`, and with `npm`: `python deploy/assets/build.py`.
The result is committed, so that neither a start nor an installation fetches anything. A new version: change it
in assets.toml, empty its hash, run, read what changed.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import drawings
import fonts

HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "compliance" / "static"
VENDOR = STATIC / "vendor"


def fetch(name: str, package: dict[str, Any], work: Path) -> Path:
    """Download one package and unpack it; a hash that is not the recorded one stops everything."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{package['version']}"],
        cwd=work,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = work / packed.stdout.split()[-1]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if not package["sha512"]:
        print(f"{name} {package['version']}: no hash recorded; found {found}", file=sys.stderr)
    elif package["sha512"] != found:
        sys.exit(f"{name} {package['version']}: the archive is not the one that was checked ({found})")
    package["sha512"] = found
    folder = work / name
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def compile_bootstrap(bootstrap: Path, work: Path, target: Path) -> None:
    """Compile the chosen parts with the Sass compiler, minified, keeping the notice of their authors."""
    version = tomllib.loads((HERE / "assets.toml").read_text())["packages"]["sass"]["version"]
    subprocess.run(["npm", "install", "--silent", "--no-save", f"sass@{version}"], cwd=work, check=True)
    command = [work / "node_modules/.bin/sass", "--style=compressed", "--no-source-map", "--quiet", "--no-charset"]
    css = subprocess.run(
        [*command, f"--load-path={bootstrap / 'scss'}", HERE / "bootstrap.scss"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    target.write_text(f"/*! Parts of Bootstrap, © The Bootstrap Authors, MIT licence: see LICENSE-bootstrap */\n{css}")


def main() -> None:
    """Build everything into static/."""
    plan = tomllib.loads((HERE / "assets.toml").read_text())
    shutil.rmtree(VENDOR, ignore_errors=True)
    for folder in (VENDOR, STATIC / "fonts", STATIC / "icons"):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        got = {name: fetch(name, package, work) for name, package in plan["packages"].items()}
        compile_bootstrap(got["bootstrap"], work, VENDOR / "bootstrap.min.css")
        source = (got["htmx.org"] / "dist/htmx.min.js").read_text()
        (VENDOR / "htmx.min.js").write_text(
            "\n".join(s for s in source.splitlines() if "sourceMappingURL" not in s) + "\n"
        )
        for face in plan["fonts"]["faces"]:
            characters = " ".join(plan["fonts"]["characters"][name] for name in face["characters"])
            fonts.cut(
                face, got[face["package"]], characters, plan["fonts"]["features"], STATIC / "fonts" / face["file"]
            )
        path = drawings.mark(got["source-serif"] / "TTF/SourceSerif4SmText-Bold.ttf")
        for name, text in drawings.mark_files(path).items():
            (STATIC / "icons" / name).write_text(text)
        (STATIC / "icons/icons.svg").write_text(drawings.sprite(plan["icons"], got["bootstrap-icons"] / "icons", path))
        for name, package in plan["packages"].items():
            if not package.get("tool"):
                shutil.copy(got[name] / package["licence_file"], VENDOR / f"LICENSE-{name}")
    write_manifest(plan["packages"])


def write_manifest(packages: dict[str, Any]) -> None:
    """List what was used and the hash of every file that was made of it."""
    made = [p for folder in ("vendor", "fonts", "icons") for p in sorted((STATIC / folder).iterdir())]
    manifest = {
        "packages": {
            name: {key: p[key] for key in ("version", "licence", "use", "sha512")}
            | ({} if p.get("tool") else {"licence_file": f"vendor/LICENSE-{name}"})
            for name, p in packages.items()
        },
        "files": {
            str(p.relative_to(STATIC)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in made
            if p.name != "manifest.json"
        },
    }
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
