"""Reading cells: retention, transfers, recipients, legal bases, several values, yes and no, days."""

import pytest

from compliance.register.intake.durations import read_retention
from compliance.register.intake.outside import read_outside
from compliance.register.intake.recipients import read_recipients
from compliance.register.intake.values import Corrections, Lists
from compliance.register.intake.words import day_of, split_values, tidy, yes_or_no
from compliance.regulation.reference import reference
from tests.register.intakes import HEAD, codes_of, one, proposal_of, row_of, said

LISTS = Lists(reference())


@pytest.mark.parametrize(
    ("text", "value", "unit", "start"),
    [
        ("5 ans après le versement", 5, "years", "le versement"),
        ("5 ans à compter du départ du salarié", 5, "years", "le départ du salarié"),
        ("3 ans a compter du dernier achat", 3, "years", "le dernier achat"),
        ("six mois après la fin du contrat", 6, "months", "la fin du contrat"),
        ("trois (3) mois", 3, "months", ""),
        ("10 années", 10, "years", ""),
        ("30 jours.", 30, "days", ""),
        ("kept for 6 years", 6, "years", ""),
        ("2 years from the last contact", 2, "years", "the last contact"),
        ("Pendant 2 semaines", 2, "weeks", ""),
    ],
)
def test_a_plain_period_is_read_whole(text: str, value: int, unit: str, start: str) -> None:
    read = read_retention(text, LISTS)
    assert (read.value, read.unit, read.start, read.whole) == (value, unit, start, True)


@pytest.mark.parametrize(
    "text",
    [
        "le temps nécessaire",
        "À définir",
        "24h",
        "1,5 an",
        "selon la loi",
        "",
        "an 2000",
        "2 ans pour les uns, 5 ans pour les autres",
    ],
)
def test_what_is_not_one_sure_period_stays_text(text: str) -> None:
    read = read_retention(text, LISTS)
    assert (read.value, read.archive_value, read.text) == (None, None, text)


@pytest.mark.parametrize(
    "text",
    ["5 ans + année en cours", "1 an maximum", "13 mois (hors litige)", "jusqu'à 2 ans après le dernier contact"],
)
def test_words_that_the_figures_do_not_say_keep_the_whole_text(text: str) -> None:
    read = read_retention(text, LISTS)
    assert read.value is not None
    assert not read.whole


def test_the_life_of_a_contract_and_some_years_run_from_its_end() -> None:
    read = read_retention("Durée du contrat + 5 ans", LISTS)
    assert (read.value, read.unit, read.start, read.whole) == (5, "years", "la fin du contrat", False)
    assert read_retention("Dernier contact + 3 ans", LISTS).start == "Dernier contact"
    assert read_retention("Saison + 5 ans", LISTS).value is None


def test_archiving_and_disposal_are_told_from_active_use() -> None:
    read = read_retention("5 ans en base active puis 10 ans en archivage intermédiaire", LISTS)
    assert (read.value, read.archive_value, read.archive_unit, read.whole) == (5, 10, "years", True)
    assert read_retention("1 an à compter de la visite, puis suppression", LISTS).disposal == "delete"


def test_a_period_for_each_named_category_goes_to_its_category() -> None:
    activity = one('A-1;Accueil;Recevoir;;;"nom\nRIB";"nom : 1 an\nRIB : 2 ans";;;;')
    assert [row.active_value for row in activity.document.data] == [1, 2]


def test_several_periods_for_unnamed_data_are_left_to_a_person() -> None:
    activity = one("A-1;Accueil;Recevoir;;;nom, RIB;1 an ou 2 ans selon le cas;;;;")
    assert [row.retention_text for row in activity.document.data] == ["1 an ou 2 ans selon le cas"] * 2
    assert "several_periods" in codes_of(activity)


@pytest.mark.parametrize(
    ("text", "answer", "transfers"),
    [
        ("Non", False, []),
        ("aucun", False, []),
        ("Oui", True, []),
        ("DPF", True, [("", "", "dpf")]),
        ("Oui, États-Unis (CCT)", True, [("", "US", "scc_com")]),
        ("États-Unis et Inde", True, [("", "US", ""), ("", "IN", "")]),
        ("USA, GBR, CAN", True, [("", "US", ""), ("", "GB", ""), ("", "CA", "")]),
        ("Postal Inc. (États-Unis) - CCT", True, [("Postal Inc.", "US", "scc_com")]),
        ("Japon (adéquation), Inde (BCR)", True, [("", "JP", "adequacy"), ("", "IN", "bcr")]),
        ("Canada\nJapon", True, [("", "CA", ""), ("", "JP", "")]),
        ("assistance depuis le Maroc", True, [("", "MA", "")]),
        ("Allemagne", None, []),
        ("Nouvelle-Calédonie", None, [("", "NC", "")]),
    ],
)
def test_the_answer_on_transfers(text: str, answer: bool | None, transfers: list[tuple[str, str, str]]) -> None:
    read = read_outside(text, LISTS)
    assert read.answer is answer
    assert [(one.recipient, one.country, one.tool) for one in read.destinations] == transfers


@pytest.mark.parametrize("text", ["N/A", "-", "?", "voir le contrat", "à définir"])
def test_an_answer_that_says_neither_stays_unknown_and_is_listed(text: str) -> None:
    assert not read_outside(text, LISTS).is_understood


def test_a_no_with_a_remark_keeps_the_remark() -> None:
    activity = one("A-1;Accueil;Recevoir;;;;;;;Non, hébergé à Brest;")
    assert activity.document.outside_eea is False
    assert activity.document.notes == "Hors UE : Non, hébergé à Brest"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PaySoft (sous-traitant)", [("PaySoft", "processor", "", "")]),
        ("PaySoft (sous-traitant, Inde)", [("PaySoft", "processor", "", "IN")]),
        ("Sous-traitants : Aro, Bix", [("Aro", "processor", "", ""), ("Bix", "processor", "", "")]),
        ("Hébergeur (Nuage)", [("Nuage", "processor", "", "")]),
        ("Ville amie (responsable conjoint)", [("Ville amie", "joint_controller", "", "")]),
        ("Postal Inc. (États-Unis)", [("Postal Inc.", "", "", "US")]),
        ("Société Aro (filiale, Japon)", [("Société Aro", "", "group_entity", "JP")]),
        ("Club (section voile)", [("Club (section voile)", "", "", "")]),
    ],
)
def test_a_recipient_says_what_it_is(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert [(r.name, r.role, r.kind, r.country) for r in read_recipients(text, LISTS)] == expected


def test_the_country_named_beside_a_processor_is_told() -> None:
    proposal = proposal_of(f"{HEAD}\nA-1;Accueil;Recevoir;;;;;;Nuage (Inde);;\n".encode())
    assert (proposal.parties_named, proposal.party_countries) == (["Nuage"], {"Nuage": "IN"})


def test_a_processor_that_is_not_named_is_a_problem() -> None:
    activity = one("A-1;Accueil;Recevoir;;;;;prestataires, sous-traitants;;;")
    assert "processor_without_name" in codes_of(activity)
    assert "processors" not in said(activity.document)


@pytest.mark.parametrize(("text", "field"), [("Aucun", "recipients_none"), ("néant", "recipients_none")])
def test_none_is_an_answer(text: str, field: str) -> None:
    assert getattr(one(f"A-1;Accueil;Recevoir;;;;;{text};;;").document, field) is True


def test_no_processor_is_an_answer_and_silence_is_none() -> None:
    assert one("A-1;Accueil;Recevoir;;;;;;Non;;").document.processors_none is True
    assert one("A-1;Accueil;Recevoir;;;;;;;;").document.processors_none is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Consentement", {"legal_basis": "consent"}),
        ("art. 6.1.f", {"legal_basis": "legitimate_interests"}),
        (
            "Intérêt légitime (sécurité des locaux)",
            {"legal_basis": "legitimate_interests", "interest": "sécurité des locaux"},
        ),
        (
            "Obligation légale (art. L. 12-1 du code du port)",
            {"legal_basis": "legal_obligation", "law_reference": "art. L. 12-1 du code du port"},
        ),
        ("Article 6(1)(b) - contrat", {"legal_basis": "contract"}),
        ("Contrat, consentement", {"legal_basis": "contract", "other_legal_bases": ["consent"]}),
        ("comme d'habitude", {"justification": "comme d'habitude"}),
    ],
)
def test_the_column_of_legal_bases(text: str, expected: dict[str, object]) -> None:
    assert row_of(one(f"A-1;Accueil;Recevoir;{text};;;;;;;"), "purposes") == {"label": "Recevoir", **expected}


def test_as_many_bases_as_purposes_go_in_order_and_one_goes_to_all() -> None:
    each = one('A-1;Accueil;"Recevoir\nCompter";"Contrat\nConsentement";;;;;;;')
    assert [purpose.legal_basis for purpose in each.document.purposes] == ["contract", "consent"]
    assert "bases_in_order" in codes_of(each)
    shared = one('A-1;Accueil;"Recevoir\nCompter";Contrat;;;;;;;')
    assert [purpose.legal_basis for purpose in shared.document.purposes] == ["contract", "contract"]
    assert "bases_for_all" in codes_of(shared)


def test_words_that_only_resemble_an_entry_are_to_be_checked() -> None:
    activity = one("A-1;Accueil;Recevoir;;Visiteurs du dimanche;;;;;;")
    assert row_of(activity, "people") == {"category": "visitor", "label": "Visiteurs du dimanche"}
    assert codes_of(activity) == ["read_as"]


def test_words_that_resemble_nothing_stay_the_words_of_the_organisation() -> None:
    activity = one("A-1;Accueil;Recevoir;;Marins;Voix;;;;;")
    assert row_of(activity, "people") == {"label": "Marins"}
    assert row_of(activity, "data") == {"label": "Voix"}


def test_a_remembered_value_is_sure() -> None:
    lists = Lists(reference(), Corrections(values={("data_subjects", "marins"): "employee"}))
    match = lists.match("data_subjects", "Marins")
    assert match is not None
    assert (match.code, match.sure) == ("employee", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b", ["a", "b"]),
        ("a ; b, c", ["a", "b, c"]),
        ("- a\n- b", ["a", "b"]),
        ("1. a\n2) b", ["a", "b"]),
        ("• a • b", ["a", "b"]),
        ("a (b, c), d", ["a (b, c)", "d"]),
        ("taux 1,5, b", ["taux 1,5", "b"]),
        ("Nom, prénom, RIB", ["Nom, prénom", "RIB"]),
        ("RIB et NIR", ["RIB", "NIR"]),
        ("voile et moteur", ["voile et moteur"]),
        ("(a, b", ["(a", "b"]),
        ("État civil, identité, images", ["État civil, identité, images"]),
    ],
)
def test_a_cell_of_several_values_is_cut_where_it_should(text: str, expected: list[str]) -> None:
    assert split_values(text, LISTS.knows("data_categories")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Oui", True), ("x", True), ("FALSE", False), ("non", False), ("", None), ("-", None), ("peut-être", None)],
)
def test_yes_and_no(text: str, expected: bool | None) -> None:
    assert yes_or_no(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-01", "2024-02-01"),
        ("1/2/2024", "2024-02-01"),
        ("2024-02-01 10:00", "2024-02-01"),
        ("31/02/2024", ""),
        ("2024", ""),
        ("hier", ""),
    ],
)
def test_a_day(text: str, expected: str) -> None:
    assert day_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'=1+1", "=1+1"),
        ("' =1", " =1"),
        ("'+33 1", "+33 1"),
        ("'-a", "-a"),
        ("'@a", "@a"),
        ("'abc'", "'abc'"),
        ("=1+1", "=1+1"),
        ("''=1", "''=1"),
    ],
)
def test_only_the_protection_of_our_own_exports_is_removed(text: str, expected: str) -> None:
    assert tidy(text) == expected


def test_codes_of_several_rows_stay_with_their_rows() -> None:
    head = "Activité;Finalités;Finalités – Autres bases légales invoquées"
    read = one('Paie;"Payer\nDéclarer";"Contrat\nObligation légale"', head)

    assert [row["other_legal_bases"] for row in said(read.document)["purposes"]] == [["contract"], ["legal_obligation"]]
