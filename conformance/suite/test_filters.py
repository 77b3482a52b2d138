"""The list narrowed by purpose and time."""

import time

import pytest

from conformance import expect, times
from conformance.corpus import Corpus, Sent
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause, judging
from conformance.trace import Traversal
from conformance.zones import Zones

PURPOSES = ("file-extract", "batch")
# Further from now than any two zones are from each other.
FAR = 3 * times.DAY
# Seconds from now at which no file of the run was created, and of hardly any hour the first.
SOON = 5
# Seconds to wait before what differs is asked again.
PAUSES = (0.0, 0.5, 1.5, 3.0)
# More than the files of a run fill, and others upload meanwhile.
MOST_PAGES = 20


def _own(exchange: Exchange, kept: Corpus) -> set[str]:
    return set(expect.listed(exchange).ids) & set(kept.ids)


def _grouped(kept: Corpus) -> set[str]:
    """Give the files of which a time between the groups decides."""
    return {sent.id for sent in kept.files if sent.late is not None}


@clause("filters.purpose-complete")
def test_a_purpose_selects_all_its_files(files: Files, kept: Corpus, settled: Traversal) -> None:
    assert settled
    for purpose in PURPOSES:
        wanted = {sent.id for sent in kept.files if sent.purpose == purpose}
        exchange, walk = files.everything(purpose=purpose)
        expect.accepted(exchange)
        missing = sorted(wanted - set(walk.ids if walk else ()))
        expect.that(not missing, f"all files for {purpose}", f"without {missing[:3]}", exchange)


@clause("filters.purpose-unknown")
def test_a_purpose_that_nobody_knows_selects_nothing(files: Files, first: Sent) -> None:
    assert first
    exchange = files.list(purpose="conformance-unknown", limit=5)
    if exchange.succeeded:
        expect.equal([], exchange.mapping().get("data"), exchange)
    else:
        expect.refused(exchange, twin=files.list(purpose="batch", limit=5))


@clause("filters.purpose-batch-output")
def test_the_purpose_batch_output_is_tried(files: Files) -> None:
    exchange = expect.answered(files.list(purpose="batch_output", limit=5))
    what = (
        f"200 with {len(expect.listed(exchange).ids)} files"
        if exchange.succeeded
        else expect.describe(exchange)
    )
    expect.record(f"purpose=batch_output: {what}", exchange)


@pytest.mark.parametrize("form", [judging(f"filters.format-{form}", form) for form in times.FORMATS])
def test_a_format_is_accepted(files: Files, settled: Traversal, form: str) -> None:
    assert settled
    expect.accepted(files.list(create_after=times.write(time.time() - FAR, form), limit=5))


# All files there, none and none here: a format that is taken for something else cannot give all three.
@pytest.mark.parametrize("form", [judging(f"filters.format-{form}", form) for form in times.FORMATS])
def test_a_format_is_accepted_where_it_selects_nothing(files: Files, first: Sent, form: str) -> None:
    assert first
    past, future = (times.write(time.time() + distance, form) for distance in (-FAR, FAR))
    for query in ({"create_after": future}, {"create_before": past}):
        exchange = files.list(**query)
        if _is_missing(exchange):
            raise expect.Unproven("what matches no file is not found, which is judged as filters.none-match")
        expect.accepted(exchange)


def _is_missing(exchange: Exchange) -> bool:
    return exchange.status == 404


@clause("filters.time-malformed")
def test_a_time_that_is_none_is_refused(files: Files) -> None:
    for name in ("create_after", "create_before"):
        twin = files.list(**{name: times.write(time.time(), "date")}, limit=5)
        for text in ("yesterday", "2025-13-45"):
            expect.refused(files.list(**{name: text}, limit=5), twin=twin)


@clause("filters.time-zone")
def test_the_zone_is_recorded(zone: float | None, kept: Corpus) -> None:
    if zone is None:
        raise expect.Unproven("no zone explains which files the times select")
    expect.record(f"times are read as UTC{zone / 3600:+g}", kept.files[-1].exchange)


@clause("filters.one-zone")
def test_both_parameters_read_one_zone(zones: Zones, kept: Corpus) -> None:
    if zones.after is None or zones.before is None:
        raise expect.Unproven("the times of one parameter select files in no zone")
    expect.that(
        zones.zone is not None,
        f"UTC{zones.after / 3600:+g} for both",
        f"UTC{zones.before / 3600:+g} for create_before",
        kept.files[-1].exchange,
    )


@pytest.mark.parametrize(
    "name",
    [judging(f"filters.{name.replace('_', '-')}-sound", name) for name in ("create_after", "create_before")],
)
def test_times_are_compared_to_the_second(zones: Zones, kept: Corpus, name: str) -> None:
    shown = kept.files[-1].exchange
    known = zones.after if name == "create_after" else zones.before
    if known is None and name not in zones.blurred:
        raise expect.Unproven("the times of this parameter select files in no zone")
    expect.that(
        known is not None, "a zone in which the seconds decide", "none, in quarters of an hour", shown
    )


@clause("filters.create-after-complete")
def test_later_files_are_all_selected(files: Files, kept: Corpus, zone: float | None) -> None:
    _selected(files, kept, zone, "create_after", late=True)


@clause("filters.create-before-complete")
def test_earlier_files_are_all_selected(files: Files, kept: Corpus, zone: float | None) -> None:
    _selected(files, kept, zone, "create_before", late=False)


def _selected(files: Files, kept: Corpus, zone: float | None, name: str, *, late: bool) -> None:
    middle = _middle(kept)
    for form in ("compact-datetime", "datetime"):
        exchange, walk = files.everything(**{name: times.write(middle, form, _known(zone))})
        expect.accepted(exchange)
        wanted = {sent.id for sent in kept.files if sent.late is late}
        got = set(walk.ids if walk else ()) & set(kept.ids)
        expect.that(got >= wanted, f"{len(wanted)} files", f"{len(got & wanted)} of them", exchange)


@clause("filters.formats-agree")
def test_formats_agree(files: Files, kept: Corpus, settled: Traversal, zone: float | None) -> None:
    # Files created in the very second that is asked for are told apart by no format: without a time between the groups,
    # the one asked for is soon to come. Whatever the zone is, it is the same for both: not known, any will do.
    moment = (kept.middle or time.time() + SOON) + (8 * 3600 if zone is None else zone)
    for name in ("create_after", "create_before"):
        for forms, wall in (
            (("compact-datetime", "datetime"), moment),
            (("compact-date", "date"), moment),
            (("compact-date", "date"), moment - times.DAY),
        ):
            _agree(files, settled, name, forms, wall)


def _agree(files: Files, settled: Traversal, name: str, forms: tuple[str, str], wall: float) -> None:
    def ask() -> tuple[list[Exchange], set[str]]:
        # Without a limit, which is to hold as many beside a filter as it does alone.
        exchanges = [files.list(**{name: times.write(wall, form)}) for form in forms]
        # Where what matches no file is not found, that is judged as filters.none-match.
        one, other = (set(() if _is_missing(each) else expect.listed(each).ids) for each in exchanges)
        return exchanges, (one ^ other) & set(settled.ids)

    exchanges, difference = ask()
    # Files of others count as well, and one reader may lag behind another: neither differs each time.
    for pause in PAUSES:
        if not difference:
            break
        time.sleep(pause)
        difference &= ask()[1]
    if difference:
        actual = f"{len(difference)} files in one of the lists only"
        expect.that(False, f"one list for {forms[0]} and {forms[1]}", actual, *exchanges)


@clause("filters.create-before-exclusive")
def test_the_very_second_is_not_earlier(files: Files, kept: Corpus, zone: float | None) -> None:
    last = max(kept.files, key=lambda sent: sent.created or 0)
    created = _created(last)
    if max(_ahead(sent) for sent in kept.files) != 0:
        raise expect.Unproven("created_at may be rounded up: in which second files were created is not known")
    exchange, walk = files.everything(create_before=times.write(created, "datetime", _known(zone)))
    expect.accepted(exchange)
    expect.that(
        walk is None or last.id not in walk.ids, f"a list without {last.id}", "it is listed", exchange
    )


def _ahead(sent: Sent) -> int:
    """Give how many seconds a created_at is ahead of our clock when the answer came."""
    return _created(sent) - int(sent.exchange.started + sent.exchange.seconds)


@clause("filters.boundary")
def test_the_very_second_is_recorded(files: Files, kept: Corpus, zone: float | None) -> None:
    last = kept.files[-1]
    exchange = files.list(create_after=times.write(_created(last), "datetime", _known(zone)), limit=2000)
    inside = "later" if last.id in _own(exchange, kept) else "not later"
    expect.record(f"a file created in the second of create_after is {inside} than it", exchange)


@clause("filters.combined")
def test_filters_together_select_what_each_would(files: Files, kept: Corpus, zone: float | None) -> None:
    middle = times.write(_middle(kept), "datetime", _known(zone))
    for name, late in (("create_after", True), ("create_before", False)):
        for purpose in PURPOSES:
            wanted = {sent.id for sent in kept.files if sent.late is late and sent.purpose == purpose}
            exchange, walk = files.everything(**{name: middle}, purpose=purpose)
            expect.accepted(exchange)
            got = set(walk.ids if walk else ()) & _grouped(kept)
            expect.that(
                got == wanted, f"{len(wanted)} files", f"{len(got)}: {sorted(got ^ wanted)[:3]}", exchange
            )


@clause("filters.combined")
def test_two_times_select_what_lies_between(files: Files, kept: Corpus, zone: float | None) -> None:
    created = [_created(sent) for sent in kept.files]
    first, middle, last = (
        times.write(moment, "compact-datetime", _known(zone))
        for moment in (min(created) - 2, _middle(kept), max(created) + 2)
    )
    for after, before, late in ((first, middle, False), (middle, last, True)):
        wanted = {sent.id for sent in kept.files if sent.late is late}
        exchange = files.list(create_after=after, create_before=before, limit=2000)
        got = _own(exchange, kept) & _grouped(kept)
        expect.that(
            got == wanted, f"{len(wanted)} files", f"{len(got)}: {sorted(got ^ wanted)[:3]}", exchange
        )


@clause("filters.paged")
def test_filtered_pages_hold_every_selected_file(files: Files, kept: Corpus, zone: float | None) -> None:
    start = min(_created(sent) for sent in kept.files) - 2
    walks: list[tuple[str, int, dict[str, int], bool | None]] = [("batch", 2, {"create_after": start}, None)]
    if kept.middle is None:
        walks.append(("file-extract", 5, {"create_after": start}, None))
    else:
        # Wherever the list begins, one of them ends before the files that a forgotten time would let in.
        late, early = {"create_after": kept.middle}, {"create_after": start, "create_before": kept.middle}
        walks += [("file-extract", 3, late, True), ("file-extract", 3, early, False)]
    for purpose, limit, query, late_ones in walks:
        mine = set(kept.ids) if late_ones is None else _grouped(kept)
        wanted = {
            sent.id
            for sent in kept.files
            if sent.id in mine and sent.purpose == purpose and late_ones in {None, sent.late}
        }
        written = {name: times.write(moment, "datetime", _known(zone)) for name, moment in query.items()}
        exchange, walk = files.traverse(**written, purpose=purpose, limit=limit, most=MOST_PAGES)
        expect.accepted(exchange)
        if walk and len(walk.pages) == MOST_PAGES and not walk.ended:
            raise expect.Unproven(f"others have uploaded more files since then than {MOST_PAGES} pages hold")
        got = set(walk.ids if walk else ()) & mine
        exchanges = [page.exchange for page in walk.pages] if walk else [exchange]
        expect.that(
            got == wanted, f"{len(wanted)} files", f"{len(got)}: {sorted(got ^ wanted)[:3]}", *exchanges
        )


@clause("filters.none-match")
def test_a_filter_that_matches_nothing_gives_an_empty_list(files: Files) -> None:
    exchange = files.list(create_after=times.write(time.time() + FAR, "date"))
    said = expect.accepted(exchange)
    expect.equal([], said.get("data"), exchange)
    expect.equal(False, said.get("has_more"), exchange)


def _known(zone: float | None) -> float:
    if zone is None:
        raise expect.Unproven("it needs the zone of the times, and none explains which files they select")
    return zone


def _created(sent: Sent) -> int:
    if sent.created is None:
        raise expect.Unproven("it needs created_at, which the upload did not give as an integer of seconds")
    return sent.created


def _middle(kept: Corpus) -> int:
    if kept.middle is None:
        raise expect.Unproven("the uploads' times of creation leave no room between them")
    return kept.middle
