"""What can be done with organisations, departments, people and their roles: verbs, one module a subject."""

from compliance.accounts.services.attempts import failures
from compliance.accounts.services.departments import (
    answering,
    archive_department,
    archived_departments,
    branch_ids,
    departments,
    find_department,
    save_department,
)
from compliance.accounts.services.links import (
    ABSENCE,
    end_with_sessions,
    enter_ending,
    make_link,
    may_make_link,
    person_of_link,
    set_password,
)
from compliance.accounts.services.lists import (
    drop_view,
    hide_term,
    own_terms,
    save_term,
    save_view,
    saved_views,
)
from compliance.accounts.services.organisations import (
    KIND,
    create_organisation,
    head,
    installation_journal,
    journal,
    organisation_by_slug,
    organisations,
    profile_record,
    save_profile,
    save_settings,
    visit_each,
)
from compliance.accounts.services.people import (
    actor_for,
    actor_of,
    create_person,
    directory,
    find_person,
    give_role,
    invite,
    is_of_sample,
    memberships_of,
    names_of,
    people,
    person_by_email,
    sample_person,
    take_role,
)

__all__ = [
    "ABSENCE", "KIND", "actor_for", "actor_of", "answering", "archive_department", "archived_departments", "branch_ids",
    "create_organisation", "create_person", "departments", "directory", "drop_view", "end_with_sessions",
    "enter_ending", "failures", "find_department", "find_person", "give_role", "head", "hide_term",
    "installation_journal", "invite", "is_of_sample", "journal", "make_link", "may_make_link", "memberships_of",
    "names_of", "organisation_by_slug", "organisations", "own_terms", "people", "person_by_email", "person_of_link",
    "profile_record", "sample_person", "save_department", "save_profile", "save_settings", "save_term", "save_view",
    "saved_views", "set_password", "take_role", "visit_each",
]  # fmt: skip
