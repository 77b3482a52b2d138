"""Sixty edits of substance are each told, with a clause; sixty of looks alone are not. Both are drawn from a seed."""

import os

import pytest

from conformance.clauses import Level, registry
from conformance.drift import adopted, comparing, coverage
from conformance.drift.coverage import Standing

from . import edits, forms
from .by_hand import SOURCES, docs, needs_docs, read, text_of, tied
from .looks import LOOKS
from .substance import SUBSTANCE

SEED = int(os.environ.get("DRIFT_SEED", "20251115"))
COUNT = 60
OWN = {language: text_of(language) for language in ("zh", "tw")}


def drawn(kinds: tuple[edits.Edit, ...], pages: dict[str, str]) -> list[object]:
    return (
        [pytest.param(each, id=each.name) for each in edits.draw(pages, kinds, COUNT, SEED)] if pages else []
    )


@pytest.mark.parametrize("edit", drawn(SUBSTANCE, OWN))
def test_an_edit_of_a_page_of_our_own_is_told_with_the_clause_that_it_concerns(edit: edits.Drawn) -> None:
    old = tied(read(OWN[edit.page]))
    drift = comparing.compare("vases", old, read(edit.text))
    named = {name for change in drift.changes for name in change.clauses}
    resting = {name for line in old.lines if line.number in edit.touched for name in old.of(line)}
    assert named
    assert not resting or named & resting


@pytest.mark.parametrize("edit", drawn(LOOKS, OWN))
def test_an_edit_of_the_looks_of_a_page_of_our_own_is_no_drift(edit: edits.Drawn) -> None:
    drift = comparing.compare("vases", tied(read(OWN[edit.page])), read(edit.text))
    assert drift.changes == ()
    assert drift.samples == ()


@needs_docs()
@pytest.mark.parametrize("edit", drawn(SUBSTANCE, docs()))
def test_an_edit_of_substance_is_told_with_the_clause_that_it_concerns(edit: edits.Drawn) -> None:
    old = adopted.editions()[edit.page]
    drift = comparing.compare(edit.page, old, read(edit.text))
    named = {name for change in drift.changes for name in change.clauses}
    resting = {name for line in old.lines if line.number in edit.touched for name in old.of(line)}
    assert drift.drifted
    assert named
    assert not resting or named & resting


@needs_docs()
@pytest.mark.parametrize("edit", drawn(LOOKS, docs()))
def test_an_edit_of_looks_is_no_drift(edit: edits.Drawn) -> None:
    drift = comparing.compare(edit.page, adopted.editions()[edit.page], read(edit.text))
    assert drift.changes == ()
    assert drift.samples == ()
    assert drift.stale == ()


@needs_docs()
@pytest.mark.parametrize("source", SOURCES)
def test_an_adopted_page_has_no_drift_from_itself(source: str) -> None:
    drift = comparing.compare(source, adopted.editions()[source], read(docs()[source]))
    assert not drift.drifted
    assert not any(drift.lines.values())
    assert set(drift.fates.values()) == {comparing.Fate.KEPT}


@needs_docs()
@pytest.mark.parametrize("form", [forms.to_html, forms.to_markdown])
@pytest.mark.parametrize("source", SOURCES)
def test_an_adopted_page_in_another_form_has_no_drift(source: str, form: forms.Form) -> None:
    drift = comparing.compare(source, adopted.editions()[source], read(form(docs()[source])))
    assert drift.changes == ()
    assert drift.samples == ()


@pytest.mark.parametrize("source", SOURCES)
def test_every_line_that_states_something_is_tied_or_excused(source: str) -> None:
    page = coverage.cover(adopted.editions()[source])
    assert [row.line.number for row in page.rows if row.standing is Standing.OPEN] == []
    assert page.count(Standing.JUDGED) > 150


def test_every_must_that_cites_an_adopted_page_points_at_its_lines() -> None:
    pages = set(adopted.editions())
    assert pages == set(SOURCES)
    for clause in registry():
        cited = [citation for citation in clause.citations if citation.source.id in pages]
        if clause.level is Level.MUST and cited:
            assert any(citation.lines for citation in cited), clause.id
