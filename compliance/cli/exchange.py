"""Importing and exporting the register from the command line."""

import sys
from pathlib import Path
from typing import Any

import click
import orjson
from flask import g

from compliance.cli.common import choose, in_one_transaction, operator_in, organisation_option, sentence
from compliance.exports import services as exports
from compliance.exports.entries import ALL, APPROVED
from compliance.register.services import dryrun, importing, whole
from compliance.support import transactions
from compliance.support.documents import Json


def _echo_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _language(language: str | None, default: str) -> str:
    g.language = language or default
    return str(g.language)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and show; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of the messages; the organisation's without it.")
@click.option("--repair", is_flag=True, help="Mend accents that were encoded twice.")
@organisation_option
@in_one_transaction
def import_register(
    file: Path, dry_run: bool, as_json: bool, language: str | None, repair: bool, slug: str | None
) -> None:
    """Import a register from a CSV, XLSX, ODS or JSON file."""
    organisation = choose(slug)
    actor, spoken = operator_in(organisation), _language(language, organisation.language)
    with file.open("rb") as content:
        run = importing.begin(content, file.name, actor=actor)
    if importing.is_own_export(run):
        told = _whole(run, actor, dry_run=dry_run)
    else:
        if repair:
            importing.decide(run, {"repair": True}, actor=actor)
        proposal = dryrun.look(run)[1]
        dryrun.compare(run, proposal, proposal.activities, actor=actor)
        told = proposal.as_json(spoken)
        if not dry_run:
            importing.apply(run, actor=actor, shown=proposal)
            told |= {"created": run.result["create"], "updated": run.result["update"]}
            told["skipped"] = run.result["skip"] + run.result["unchanged"]
    if dry_run:
        transactions.rollback()
    if as_json:
        _echo_json(told)
    else:
        _say(told, dry_run=dry_run)


def _whole(run: Any, actor: Any, *, dry_run: bool) -> Json:
    content = whole.read(run)
    if not dry_run:
        whole.apply(run, actor=actor)
    items = content.get("activities", [])
    return {
        "file": run.file_name,
        "activities": [
            {
                "source": {},
                "reference": i["reference"],
                "name": i["document"]["name"],
                "document": i["document"],
                "problems": [],
            }
            for i in items
        ],
        "not_understood": [],
        "created": len(items),
        "updated": 0,
        "skipped": 0,
    }


def _say(told: Json, *, dry_run: bool) -> None:
    for activity in told["activities"]:
        click.echo(f"{activity.get('action', 'create'):<7} {activity['reference']:<12} {activity['name']}")
        if activity.get("changed") is not None:
            click.echo(f"        changes: {', '.join(activity['changed']) or 'nothing'}")
        for problem in activity["problems"]:
            click.echo(f"        {problem['message']}")
    for cell in told["not_understood"]:
        click.echo(f"not understood: {cell['sheet']} {cell['cell']}: {cell['text'][:80]!r}")
    ending = " (dry run: nothing was changed)" if dry_run else ""
    click.echo(f"{told['created']} created, {told['updated']} updated, {told['skipped']} skipped{ending}")


@click.command("export")
@click.option("--format", "format_", type=click.Choice(list(exports.MEDIA)), required=True)
@click.option("--language", type=click.Choice(["fr", "en"]), help="The organisation's without it.")
@click.option("--status", type=click.Choice([APPROVED, ALL]), default=APPROVED, show_default=True)
@click.option("--reference", default="", help="Only this record.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; - is the standard output."
)
@organisation_option
@in_one_transaction
def export_register(
    format_: str, language: str | None, status: str, reference: str, output: Path | None, slug: str | None
) -> None:
    """Export the register as JSON, CSV, XLSX or PDF."""
    organisation = choose(slug)
    wish = exports.Wish(format_, _language(language, organisation.language), status, reference)
    actor = operator_in(organisation)
    if str(output) == "-":
        exports.check(wish, actor)
        exports.write(wish, sys.stdout.buffer, actor=actor)
        return
    path = output or Path(exports.file_name(wish, organisation))
    if not path.parent.is_dir():
        raise sentence(f"There is no folder {path.parent}.")
    exports.to_path(wish, path, actor=actor)
    click.echo(str(path), err=True)
