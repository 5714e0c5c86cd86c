"""Somebody of an organisation before the pages of the register."""

from typing import Any

from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.models import Record
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import actor_of
from tests.helpers.pages import parse
from tests.register.records import Team


class Desk:
    """Who sits there fetches pages and sends forms, in one organisation; the DPO unless somebody else signs in."""

    def __init__(self, client: PageClient, team: Team, role: str = "dpo") -> None:
        self.client, self.team = client, team
        self._token = ""
        self.sit(role)

    def sit(self, role: str) -> None:
        """Be the person of that role from now on."""
        self.client.sign_in(self.team.people[role])
        self._token = ""

    def page(self, where: str, status: int = 200, **values: Any) -> Page:
        """A page of the register, or of another room when its endpoint has a point."""
        return self.client.page(_endpoint(where), organisation=self.team.organisation.slug, status=status, **values)

    def send(self, where: str, data: dict[str, Any], status: int = 303, **values: Any) -> Any:
        """Post to a page with this session's token."""
        typed = {"csrf_token": self.token(), **data}
        return self.client.send(
            _endpoint(where), typed, organisation=self.team.organisation.slug, status=status, **values
        )

    def sent(self, where: str, data: dict[str, Any], status: int, **values: Any) -> Page:
        """The page that answers a post."""
        response = self.send(where, data, status, **values)
        return Page(response, parse(response.text)[0])

    def token(self) -> str:
        """The token that pages of this session carry."""
        if not self._token:
            page = self.client.page("accounts.me")
            self._token = str(page.find(name="csrf_token")[0].get("value"))
        return self._token

    def form(self, record: Record, section: str) -> dict[str, Any]:
        """What a browser would send for a section as it is shown."""
        return self.page("edit", reference=record.reference, section=section).form(f"/edit/{section}")

    def save(self, record: Record, section: str, sent: dict[str, Any], status: int = 303) -> Any:
        """Send a section."""
        return self.send("edit", sent, status, reference=record.reference, section=section)

    def autosave(self, record: Record, section: str, sent: dict[str, Any]) -> None:
        """Send a section as its page does by itself."""
        response = self.send("draft", sent, 204, reference=record.reference, section=section)
        assert response.data == b""

    def stored(self, record: Record) -> Record:
        """The record as it stands now."""
        actor_of(self.team.people["dpo"], self.team.organisation)
        return records.find("activity", record.reference)

    def draft(self, record: Record, section: str) -> Any:
        """What the DPO has typed there and not saved."""
        actor = actor_of(self.team.people["dpo"], self.team.organisation)
        return kept_drafts.find_draft(actor, "activity", record.reference, section)


def _endpoint(where: str) -> str:
    return where if "." in where else f"register.{where}"
