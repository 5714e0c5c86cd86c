"""The register from the command line."""

import sys
from dataclasses import asdict
from typing import Any

import click
import orjson
from flask import g

from compliance.accounts.vocabulary import Vocabulary
from compliance.cli.common import choose, in_one_transaction, operator_in, organisation_option
from compliance.records.actor import APPROVED, WORKING
from compliance.register.services import findings
from compliance.support.clock import today
from compliance.support.i18n import LANGUAGES


@click.group()
def register() -> None:
    """The register of processing activities."""


@register.command("check")
@click.option(
    "--face", type=click.Choice([WORKING, APPROVED]), default=WORKING, show_default=True, help="What is read."
)
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the findings; otherwise the organisation's.")
@organisation_option
@in_one_transaction
def check(face: str, as_json: bool, language: str | None, slug: str | None) -> None:
    """Print how complete the register is and what the X-ray finds; exit with 1 while a blocker or critical stands."""
    place = choose(slug)
    g.language = language or place.language
    day, actor = today(place.zone), operator_in(place)
    health = findings.health(actor, day)[face]
    vocabulary = Vocabulary(g.language)
    found = [_told(row, vocabulary) for row in findings.every(face)]
    if as_json:
        answer = {
            "organisation": place.slug,
            "day": day,
            "face": face,
            "records": health.records,
            "art30": {"answered": health.answered, "asked": health.asked, "share": health.share},
            "open": health.findings,
            "findings": found,
        }
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(health, found)
    if health.is_blocked:
        sys.exit(1)


def _told(row: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    words = findings.in_words(row.rule, row.path, row.params, vocabulary.language, vocabulary.label)
    return {
        "reference": row.reference,
        "name": row.name,
        "rule": row.rule,
        "severity": row.severity,
        "path": row.path,
        "waived": row.waived,
        "since": row.first_seen_on,
        **asdict(words),
    }


def _print(health: findings.Health, found: list[dict[str, Any]]) -> None:
    click.echo(
        f"{health.records} records; Art. 30: {health.answered} of {health.asked} points answered ({health.share} %)"
    )
    for item in found:
        mark = "accepted" if item["waived"] else item["severity"]
        click.echo(f"{mark:9} {item['reference']}  {item['what']} (Art. {item['article']})")
