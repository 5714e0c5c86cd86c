"""What makes a transfer outside the EEA lawful: Chapter V and Art. 30(1)(e)."""
# ruff: noqa: ARG001 (every rule is asked with the same two arguments)

import datetime

from compliance.register.documents import Transfer
from compliance.register.rules.book import book
from compliance.register.rules.context import Context
from compliance.register.rules.derive import CONTROLLER, PROCESSOR
from compliance.regulation.rulebook import WARNING, Hit

ADEQUACY, DPF, SCC, COMPELLING = "adequacy", "dpf", "scc_com", "derog_compelling"
OCCASIONAL = "occasional"


@book.rule("R041")
def safeguards_are_missing(row: Transfer, context: Context) -> bool:
    """Art. 44: no transfer without a tool; an assessment that ends badly leaves none."""
    return not row.tool or row.tia_result in context.codes("R041", "tia_results")


@book.rule("R042")
def adequacy_does_not_cover(row: Transfer, context: Context) -> bool | str:
    """No decision in force is an error; a decision of limited scope is a warning until somebody explains."""
    if row.tool != ADEQUACY:
        return False
    decision = context.adequacy(row.country)
    if decision is None or decision.extra.get("dpf_only"):
        return True
    return WARNING if decision.extra.get("partial") and not row.justification else False


@book.rule("R043")
def certificate_is_unchecked(row: Transfer, context: Context) -> bool | Hit:
    """The framework covers certified companies only, and staff data only where the certificate says so."""
    if row.tool != DPF:
        return False
    party = context.party(row.party)
    if not (row.dpf_checked_on or (party and party.dpf_checked_on)):
        return True
    coverage = row.dpf_coverage or (party.dpf_coverage if party else "")
    covered = not context.staff or coverage in context.codes("R043", "staff_coverages")
    return False if covered else Hit(path="dpf_coverage")


@book.rule("R044")
def nothing_to_fall_back_on(row: Transfer, context: Context) -> bool:
    """Information: the framework stands, and is under appeal."""
    return row.tool == DPF and not row.fallback


@book.rule("R045")
def assessment_is_missing_or_old(row: Transfer, context: Context) -> bool | str:
    """An error when there is none, a warning when it is old; the age is the product's convention."""
    if not context.mark("transfer_tools", row.tool, "needs_tia"):
        return False
    if not row.tia_on:
        return True
    age = context.months_since(datetime.date.fromisoformat(row.tia_on))
    return WARNING if age >= context.parameter("tia_months") else False


@book.rule("R046")
def module_does_not_fit(row: Transfer, context: Context) -> bool:
    """The module follows from who sends and who receives."""
    if row.tool != SCC or row.scc_set not in context.codes("R046", "sets"):
        return False
    module = context.law.term("scc_modules", row.scc_module)
    if module is None or not row.importer_role:
        return module is None
    exporter = PROCESSOR if context.document.role == PROCESSOR else CONTROLLER
    return (module.extra.get("exporter"), module.extra.get("importer")) != (exporter, row.importer_role)


@book.rule("R047")
def clauses_have_lapsed(row: Transfer, context: Context) -> bool:
    """The sets of 2001, 2004 and 2010."""
    clauses = context.law.term("scc_sets", row.scc_set)
    return row.tool == SCC and clauses is not None and not clauses.provenance.holds_on(context.today)


@book.rule("R048")
def clauses_cover_no_transfer(row: Transfer, context: Context) -> bool:
    """Clauses between controllers and processors inside the EEA; silent where an adequacy decision covers the rest."""
    decision = context.adequacy(row.country)
    covered = decision is not None and not decision.extra.get("dpf_only")
    return row.scc_set in context.codes("R048", "sets") and not covered


@book.rule("R049")
def derogation_does_not_fit(row: Transfer, context: Context) -> bool | str | Hit:
    """Art. 49(1) and (3): some only when occasional, none for systematic use, some not in public powers."""
    term = context.law.term("transfer_tools", row.tool)
    if term is None or term.extra.get("family") != "derogation":
        return False
    if context.is_public and row.tool in context.codes("R049", "barred_in_public_powers"):
        return True
    if not row.justification:
        return Hit(path="justification")
    occasional_only = row.tool in context.codes("R049", "occasional_only")
    if row.frequency == OCCASIONAL or (not row.frequency and not occasional_only):
        return False
    return Hit(path="frequency") if occasional_only else WARNING


@book.rule("R050")
def exceptional_transfer_is_untold(row: Transfer, context: Context) -> bool | Hit:
    """Art. 49(1), second subparagraph: safeguards written down, the authority and the people told."""
    if row.tool != COMPELLING:
        return False
    if not row.safeguards:
        return True
    if not row.authority_informed_on:
        return Hit(path="authority_informed_on")
    return False if row.people_informed is True else Hit(path="people_informed")


@book.rule("R051")
def adequacy_ends(row: Transfer, context: Context) -> bool | Hit:
    """A decision with an end is replaced in time or not at all."""
    decision = context.adequacy(row.country) if row.tool in (ADEQUACY, DPF) else None
    end = decision.provenance.valid_to if decision else None
    if end is None or (end - context.today).days >= context.parameter("adequacy_warning_days"):
        return False
    return Hit(params={"date": end.isoformat()})


@book.rule("R095")
def importer_is_under_the_regulation(row: Transfer, context: Context) -> bool:
    """Recital 7 of the decision: the clauses are for importers which the GDPR does not reach."""
    return row.tool == SCC and row.scc_set in context.codes("R095", "sets") and row.importer_under_gdpr is True
