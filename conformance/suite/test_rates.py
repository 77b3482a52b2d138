"""Rates: what the rate probe brought home, judged. How it was sent is in `conformance.probe`."""

import math

import pytest

from conformance import expect, probe
from conformance.budget import OutOfBudget
from conformance.corpus import Corpus, Small
from conformance.exchange import Exchange
from conformance.expect import Unproven
from conformance.files import Files
from conformance.marks import clause, judging
from conformance.rates import (
    DOCUMENTED,
    OTHER,
    OTHERS,
    SUBSTANTIAL,
    UPLOADS,
    Survey,
    Tally,
    is_refused,
    measure,
    most,
    said,
    tally,
)
from conformance.session import Session

# Slower than this share of the documented rate proves nothing of it.
BRISK = 0.65
LANES = (UPLOADS, OTHERS)
# So many of one operation in the mix are not all spared by chance, where so large a share of the rest is refused.
EXEMPT, MOSTLY = 5, 0.3


@pytest.fixture(scope="session")
def survey(conformance: Session, files: Files, small: Small, kept: Corpus, tag: str) -> Survey:
    """The rate probe, sent once."""
    assert kept
    budget = conformance.budget
    for name, cap, spent in (
        ("requests", budget.caps.requests, budget.requests),
        ("uploads", budget.caps.uploads, budget.uploads),
    ):
        if cap is not None and cap - spent < probe.MOST:
            raise OutOfBudget(f"--budget-{name}={cap} leaves no room for the {probe.MOST} of the rate probe")
    ways = probe.Ways(files=files, small=small, tag=tag, second="second" in conformance.target.keys)
    with conformance.surroundings.limited():
        return probe.survey(ways)


@pytest.mark.parametrize("lane", [judging(f"rates.{lane}-admitted", lane) for lane in LANES])
def test_the_documented_rate_is_admitted(survey: Survey, lane: str) -> None:
    phase = f"{lane}-paced"
    first, exchanges = _heard(survey, phase, lane), survey.of(phase, lane)
    expect.note(*exchanges)
    if not first.refused:
        if first.per_second < BRISK * DOCUMENTED[lane]:
            raise Unproven(f"no more than {first.per_second:.1f} a second could be sent")
        return
    seen = f"{first.refused} of {first.answered}"
    if first.share < SUBSTANTIAL:
        raise Unproven(f"429 out of turn: {seen} at the documented rate")
    if _heard(survey, f"{lane}-control", lane).refused:
        raise Unproven(f"429 out of turn: {seen} at the documented rate, and at one a second too")
    again = _heard(survey, f"{lane}-again", lane)
    if again.share < SUBSTANTIAL:
        raise Unproven(f"429 out of turn: {seen} at the documented rate, and not when it was tried again")
    repeated = survey.of(f"{lane}-again", lane)
    shown = [each for each in (*exchanges, *repeated) if is_refused(each, survey.disguises(lane))]
    raise expect.Broken(
        f"{DOCUMENTED[lane]:g} a second to be admitted",
        f"at {first.per_second:.1f} a second {seen} refused, and {again.refused} of {again.answered} once more",
        shown,
    )


@pytest.mark.parametrize("lane", [judging(f"rates.{lane}-limited", lane) for lane in LANES])
def test_more_than_the_documented_rate_is_refused(survey: Survey, lane: str) -> None:
    flood, exchanges = _heard(survey, f"{lane}-flood", lane), survey.of(f"{lane}-flood", lane)
    expect.note(*exchanges)
    lawful = most(DOCUMENTED[lane], flood.seconds)
    told = f"all {flood.admitted} admitted in {flood.seconds:.1f} s"
    if not flood.refused:
        if flood.admitted <= lawful:
            raise Unproven(f"{told}: a lawful limiter may admit {lawful:.0f}, and more could not be sent")
        raise expect.Broken(f"refusals above {DOCUMENTED[lane]:g} a second", told, exchanges)
    if flood.admitted > lawful and flood.share < SUBSTANTIAL:
        raise Unproven(f"only {flood.refused} of {flood.answered} refused, and it cannot be told what for")


@clause("rates.combined")
def test_three_operations_share_one_allowance(survey: Survey) -> None:
    mix, exchanges = _heard(survey, "mix", OTHERS), survey.of("mix", OTHERS)
    expect.note(*exchanges)
    if mix.refused:
        _none_is_exempt(survey, exchanges)
        return
    alone = survey.tally(f"{OTHERS}-flood", OTHERS)
    if not alone.refused:
        raise Unproven("nothing was refused for its speed, so that no allowance shows")
    told = f"all {mix.admitted} of the three together in {mix.seconds:.1f} s"
    if mix.admitted <= most(DOCUMENTED[OTHERS], mix.seconds):
        raise Unproven(f"{told}: a lawful limiter may admit as many")
    raise expect.Broken(
        "refusals of the three together",
        f"{told}, though {alone.refused} of {alone.answered} of one alone were refused",
        exchanges,
    )


def _none_is_exempt(survey: Survey, exchanges: tuple[Exchange, ...]) -> None:
    """Expect that where most of the mix was refused, each operation had its share of it."""
    kinds = {each.operation for each in exchanges}
    disguised = survey.disguises(OTHERS)
    for kind in sorted(filter(None, kinds)):
        mine = tally([each for each in exchanges if each.operation == kind], disguised)
        rest = tally([each for each in exchanges if each.operation != kind], disguised)
        exempt = mine.answered >= EXEMPT and not mine.refused and rest.share >= MOSTLY
        told = f"none of {mine.answered} {kind}, and {rest.refused} of the {rest.answered} others"
        expect.that(not exempt, "refusals of all three operations", told, *exchanges)


@clause("rates.refusal")
def test_a_refusal_for_speed_says_so(survey: Survey) -> None:
    for lane in LANES:
        flood, disguised = survey.of(f"{lane}-flood", lane), survey.disguises(lane)
        shown = [each for each in flood if said(each) in disguised]
        if shown:
            told = f"{said(shown[0])}, {len(shown)} of {len(flood)}, and never at the documented rate"
            raise expect.Broken("the status 429", told, shown)
    refused = [each for each in survey.exchanges if each.status == 429]
    if not refused:
        raise Unproven("nothing was refused for its speed")
    expect.note(*refused)
    for exchange in refused:
        if exchange.answer and not exchange.answer.cut:
            _tells_why(exchange)


def _tells_why(exchange: Exchange) -> None:
    assert exchange.answer
    expect.equal("application/json", exchange.answer.media_type, exchange)
    error = exchange.mapping().get("error")
    expect.that(isinstance(error, dict), "an object error", exchange.value(), exchange)
    assert isinstance(error, dict)
    for name in ("message", "type"):
        value = error.get(name)
        holds = isinstance(value, str) and value.strip()
        expect.that(holds, f"error.{name}, a string that is not empty", value, exchange)


@clause("rates.apart")
def test_one_lane_does_not_use_up_the_other(survey: Survey) -> None:
    if not any(survey.tally(f"{lane}-flood", lane).refused for lane in LANES):
        raise Unproven("nothing was refused for its speed, so that no allowance shows")
    doubts = [doubt for lane in LANES if (doubt := _beside(survey, lane))]
    if doubts:
        raise Unproven(doubts[0])


def _beside(survey: Survey, lane: str) -> str:
    """Say why nothing can be told of what went beside a lane's flood, or nothing where it was let in."""
    phase, other = f"{lane}-flood", OTHER[lane]
    first, exchanges = _heard(survey, phase, other), survey.of(phase, other)
    expect.note(*exchanges)
    seen = f"{first.refused} of {first.answered} {other} beside a flood of {lane}"
    if not first.refused:
        return ""
    if survey.tally(f"{other}-paced", other).refused:
        return f"{seen} were refused, and some without it, too"
    again = survey.tally(f"{phase}-again", other)
    if first.share < SUBSTANTIAL or again.share < SUBSTANTIAL:
        why = "" if again.sent else f" ({survey.why_not(f'{phase}-again')})"
        return f"429 out of turn: {seen}{why}"
    shown = [each for each in exchanges if is_refused(each)]
    raise expect.Broken(f"{other} admitted beside {lane}", f"{seen} refused, and again", shown)


@clause("rates.own-account")
def test_another_account_is_let_in_meanwhile(survey: Survey) -> None:
    flood = survey.tally(f"{OTHERS}-flood", OTHERS)
    beside = survey.tally(f"{OTHERS}-flood", OTHERS, account="second")
    exchanges = survey.of(f"{OTHERS}-flood", OTHERS, account="second")
    expect.note(*exchanges)
    if not beside.heard:
        raise Unproven("infrastructure: too few of the second account's requests were answered")
    if not flood.refused:
        raise Unproven("the first account was not refused for its speed, so that no allowance shows")
    if 0 < beside.refused < beside.answered:
        raise Unproven(f"429 out of turn: {beside.refused} of {beside.answered} of the second account")
    told = f"all {beside.refused} refused while the first account was"
    expect.that(not beside.refused, "the second account to be let in", told, *exchanges)


@clause("rates.recovery")
def test_an_account_is_let_in_again(survey: Survey) -> None:
    limited = [lane for lane in LANES if survey.tally(f"{lane}-flood", lane).refused]
    if not limited:
        raise Unproven("nothing was refused for its speed")
    for lane in limited:
        exchanges = survey.of(f"{lane}-recovery", lane)
        expect.note(*exchanges)
        wait = survey.waits.get(lane)
        told = f"still refused after {probe.SILENCES[-1]:.0f} s of silence"
        expect.that(wait != math.inf, f"{lane} admitted again", told, *exchanges)
        if wait is None:
            raise Unproven(f"whether {lane} were let in again: {survey.why_not(f'{lane}-recovery')}")


@pytest.mark.parametrize("lane", [judging(f"rates.{lane}-estimate", lane) for lane in LANES])
def test_the_limit_is_estimated(survey: Survey, lane: str) -> None:
    exchanges = survey.of(f"{lane}-flood", lane)
    expect.record(measure(survey.exchanges, lane).words, *exchanges)


def _heard(survey: Survey, phase: str, lane: str) -> Tally:
    """Count a phase.

    Raises:
        Unproven: it was not run, or too few of its requests were answered.
    """
    counted = survey.tally(phase, lane)
    if not counted.sent:
        raise Unproven(survey.why_not(phase))
    if not counted.heard:
        raise Unproven(f"infrastructure: only {counted.answered} of {counted.sent} requests were answered")
    return counted
