"""Laying an activity of a file over the one that the register has."""

import dataclasses
import itertools

from compliance.register.documents import Activity, DataCategory, Recipient
from compliance.register.intake.updating import laid_over
from compliance.support.documents import Link
from tests.register.intakes import activities_of

HEAD = "Réf;Nom;Finalité;Données;Durée;Destinataires;Sous-traitants"
TEXT = f"{HEAD}\nP-1;Paie;Payer;RIB, NIR;5 ans après le départ;Urssaf;PaySoft\n"


def test_the_same_file_again_changes_nothing() -> None:
    first, again = activities_of(TEXT)[0], activities_of(TEXT)[0]
    numbers = itertools.count(100)
    other_keys = dataclasses.replace(
        again.document, data=tuple(dataclasses.replace(row, key=f"k{next(numbers)}") for row in again.document.data)
    )
    merged, problems = laid_over(first.document, dataclasses.replace(again, document=other_keys))
    assert merged == first.document
    assert problems == []


def test_a_party_that_was_found_meanwhile_stays_found() -> None:
    read = activities_of(TEXT)[0]
    found = dataclasses.replace(read.document.processors[0], party=Link("party", "T-4", "PaySoft"), contract="C-1")
    kept = dataclasses.replace(read.document, processors=(found,))
    assert laid_over(kept, read)[0].processors == (found,)


def test_what_the_file_does_not_say_stays_and_is_told() -> None:
    read = activities_of(TEXT)[0]
    kept = Activity(
        name="Paie des équipes",
        description="Chaque mois",
        data=(DataCategory(key="d1", category="nir", label="NIR", law_reference="texte 12"),),
        recipients=(Recipient(key="r1", name="Banque du port"),),
    )
    merged, problems = laid_over(kept, read)
    assert (merged.name, merged.description) == ("Paie", "Chaque mois")
    row = merged.data[0]
    assert (row.key, row.label, row.law_reference, row.active_value) == ("d1", "NIR", "texte 12", 5)
    assert [row.name for row in merged.recipients] == ["Banque du port", "Urssaf"]
    assert [problem.message("en") for problem in problems] == [
        "“Banque du port” is in the register but not in the file; it was kept."
    ]


def test_notes_grow_by_what_is_new() -> None:
    read = activities_of("Réf;Nom;Notes\nP-1;Paie;à revoir\n")[0]
    merged, _ = laid_over(Activity(name="Paie", notes="ancien"), read)
    assert merged.notes == "ancien\nNotes : à revoir"
    assert laid_over(merged, read)[0] == merged
