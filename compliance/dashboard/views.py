"""Today: what needs the person, and how the register stands."""

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services as accounts
from compliance.accounts.guard import remembered_page
from compliance.dashboard import services
from compliance.records.actor import APPROVED, WORKING
from compliance.reminders.views.blueprint import kind_words, place_of
from compliance.support.clock import today as day_in
from compliance.support.i18n import _, _l
from compliance.support.permissions import Permission, requires

bp = Blueprint("dashboard", __name__, url_prefix="/o/<organisation>")

#: What a block is called, and what is said of it when it needs saying.
TITLES = {
    "approvals": (_l("Awaiting your decision"), ""),
    "opinions": (
        _l("Awaiting your opinion"),
        _l("Without it, the person who decides for the controller decides blindly."),
    ),
    "refused": (_l("Refused: to be changed"), ""),
    "blocking": (_l("Blocking and critical findings"), _l("What forbids approval, or has no ground in law.")),
    "contracts": (_l("Processors without a contract in force"), ""),
    "reviews_overdue": (_l("Reviews overdue"), ""),
    "actions_overdue": (_l("Actions overdue"), ""),
    "dates_overdue": (_l("Other dates overdue"), ""),
    "dates": (_l("Other dates within 30 days"), ""),
    "reviews_soon": (_l("Reviews within 30 days"), ""),
    "actions": (_l("Your actions"), ""),
    "drafts": (_l("Drafts to go on with"), ""),
    "unowned": (_l("Drafts that nobody owns"), _l("Each record needs somebody who answers for it.")),
}
URGENCIES = {services.NOW: _l("Now"), services.SOON: _l("Soon"), services.THEN: _l("Then")}


@bp.route("/")
@requires(Permission.ORGANISATION_READ)
def today() -> ResponseReturnValue:
    """What needs the person today."""
    return remembered_page(_today)


def _today() -> str:
    day = day_in(g.organisation.zone)
    found = services.today(g.actor, day)
    groups = [
        {"name": urgency, "title": title, "blocks": [_block(b, day) for b in found.blocks if b.urgency == urgency]}
        for urgency, title in URGENCIES.items()
    ]
    return render_template(
        "dashboard/today.html",
        day=day,
        total=found.total,
        groups=[group for group in groups if group["blocks"]],
        people=_people(found),
        working=found.health.get(WORKING),
        approved=found.health.get(APPROVED),
        verdicts={
            "favourable": (_("Favourable opinion"), "good"),
            "reservations": (_("Opinion with reservations"), "attention"),
            "unfavourable": (_("Unfavourable opinion"), "blocking"),
        },
    )


def _people(found: services.Today) -> dict[str, str]:
    """The names of those who promised actions, by address."""
    if all(block.name != "actions_overdue" for block in found.blocks):
        return {}
    return {person.email: person.name for person, _roles in accounts.people()}


def _block(block: services.Block, day: Any) -> dict[str, Any]:
    title, about = TITLES[block.name]
    return {
        "name": block.name,
        "title": title,
        "about": about,
        "total": block.total,
        "more_url": _all_of(block.name) if block.total > len(block.items) else "",
        "lines": [
            {
                "item": item,
                "url": _address(block.name, item),
                "is_late": _is_late(item, day),
                "kind": kind_words(item.kind) if item.kind else "",
            }
            for item in block.items
        ],
    }


def _is_late(item: services.Item, day: Any) -> bool:
    return item.day is not None and item.day < day


def _address(name: str, item: services.Item) -> str:
    """Where the thing is done: in place where there is a page for it, else on the record."""
    if item.endpoint:
        return place_of(item)
    if name == "approvals":
        return url_for("register.approve", reference=item.reference)
    if name == "opinions":
        return url_for("register.opinion", reference=item.reference)
    if name in ("actions", "actions_overdue") and g.actor.can(Permission.REGISTER_WRITE):
        return url_for("register.finish", reference=item.reference, number=item.number)
    if name == "unowned":
        return url_for("register.edit", reference=item.reference, section="identity", _anchor="f-owner")
    return url_for("register.show", reference=item.reference)


def _all_of(name: str) -> str:
    """Where all that a block counts can be seen; nothing where no list shows just that."""
    return {
        "approvals": url_for("register.index", state="submitted"),
        "opinions": url_for("register.index", state="submitted"),
        "blocking": url_for("register.index", finding=["blocker", "critical"], sort="findings"),
        "contracts": url_for("findings.index", rule=services.CONTRACT_RULES),
        "reviews_overdue": url_for("register.index", review="overdue", sort="review"),
        "reviews_soon": url_for("register.index", review="soon", sort="review"),
        "actions": url_for("reminders.index", kind="action", owner="mine"),
        "actions_overdue": url_for("reminders.index", kind="action"),
        "dates_overdue": url_for("reminders.index"),
        "dates": url_for("reminders.index"),
        "drafts": url_for("register.index", state="draft", sort="updated", order="desc"),
        "unowned": url_for("register.index", state="draft"),
    }.get(name, "")
