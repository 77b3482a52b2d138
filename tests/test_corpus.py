import dataclasses

import pytest

from conformance import corpus as corpora
from conformance.clauses import Profile
from conformance.corpus import (
    EMOJI,
    LONG,
    LONGEST,
    PUNCTUATION,
    QUOTES,
    UNICODE,
    Corpus,
    Plan,
    Sent,
    Small,
    plans,
    upload,
)
from conformance.documents import IMAGE_FORMATS, TEXT_FORMATS
from conformance.exchange import Answer, Exchange, Request
from conformance.resources import PREFIX
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import speaking
from tests.odd_servers.server import KEYS, Odd, RefusalError

PURPOSES = ("file-extract", "batch")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpora, "PAUSE", 0.0)


def uploaded(odd: Odd, profile: Profile = Profile.STANDARD) -> Corpus:
    with speaking(odd, KEYS[0]) as files:
        return upload(files, profile, "tag", told=lambda _: None, meanwhile=lambda _: None)


@pytest.mark.parametrize("profile", [Profile.SMOKE, Profile.STANDARD, Profile.DEEP])
def test_both_groups_of_every_plan_have_both_purposes(profile: Profile) -> None:
    early, _, late = plans(profile)
    for group in (early, late):
        assert {plan.purpose for plan in group} == set(PURPOSES)


def test_the_standard_plan_has_every_documented_format() -> None:
    planned = {plan.format for group in plans(Profile.STANDARD) for plan in group}
    assert planned == {*TEXT_FORMATS, *IMAGE_FORMATS, "jsonl"}


def test_the_plan_of_smoke_is_small_and_has_a_chinese_name() -> None:
    planned = [plan for group in plans(Profile.SMOKE) for plan in group]
    assert len(planned) == 4
    assert UNICODE in {plan.name for plan in planned}


@pytest.mark.parametrize("profile", [Profile.SMOKE, Profile.STANDARD])
def test_what_was_planned_is_uploaded_in_its_order(profile: Profile) -> None:
    corpus = uploaded(Odd(Manners()), profile)
    assert [sent.plan for sent in corpus.sent] == [plan for group in plans(profile) for plan in group]
    assert [sent.purpose for sent in corpus.sent] == [sent.plan.purpose for sent in corpus.sent]
    assert corpus.files == corpus.sent
    assert len(set(corpus.ids)) == len(corpus.ids)
    groups = zip((False, None, True), plans(profile), strict=True)
    assert [sent.late for sent in corpus.sent] == [late for late, group in groups for _ in group]


def test_every_name_tells_whose_it_is_and_only_the_twin_shares_one() -> None:
    corpus = uploaded(Odd(Manners()))
    names = [sent.file.filename for sent in corpus.sent]
    assert all(name.startswith(f"{PREFIX}tag ") for name in names)
    [place] = [at for at, sent in enumerate(corpus.sent) if sent.plan.twin]
    # But for the order of the form.
    assert corpus.sent[place].file == dataclasses.replace(corpus.sent[place - 1].file, first=True)
    assert len(set(names)) == len(names) - 1


def test_no_two_contents_are_equal_but_those_of_the_twins() -> None:
    corpus = uploaded(Odd(Manners()))
    contents = [sent.file.content for sent in corpus.sent if not sent.plan.twin]
    assert len({bytes(content) for content in contents if isinstance(content, bytes)}) == len(contents)


class Refusing(Odd):
    """Refuses some uploads."""

    refused: tuple[str, ...] = ()

    def purpose(self, purpose: object) -> str:
        if purpose in self.refused:
            raise RefusalError(400, f"{purpose} is not offered")
        return super().purpose(purpose)


@pytest.mark.parametrize(("refused", "other"), [PURPOSES, PURPOSES[::-1]])
def test_where_one_purpose_is_refused_the_rest_goes_with_the_other(refused: str, other: str) -> None:
    odd = Refusing(Manners())
    odd.refused = (refused,)
    corpus = uploaded(odd)
    first = corpus.first(refused)
    assert first
    assert first.exchange.status == 400
    assert first.id == ""
    assert {sent.purpose for sent in corpus.files} == {other}
    assert len(corpus.files) > len(corpus.sent) // 2
    tried = [sent for sent in corpus.sent if sent.purpose == refused]
    assert 2 <= len(tried) <= 5


def test_where_both_purposes_are_refused_every_plan_is_tried_as_it_is() -> None:
    odd = Refusing(Manners())
    odd.refused = PURPOSES
    corpus = uploaded(odd)
    assert corpus.files == ()
    assert [sent.purpose for sent in corpus.sent] == [sent.plan.purpose for sent in corpus.sent]


class Picky(Odd):
    """Refuses plain text, and nothing else."""

    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        if filename.endswith(".txt"):
            raise RefusalError(400, "File format txt is not supported.")
        super().admit(filename, content, purpose)


def test_one_format_that_is_refused_does_not_cost_its_purpose() -> None:
    corpus = uploaded(Picky(Manners()))
    assert [sent.purpose for sent in corpus.sent] == [sent.plan.purpose for sent in corpus.sent]
    assert [sent.plan.format for sent in corpus.sent if not sent.id] == ["txt", "txt"]


def sent(created_at: object, *, late: bool, name: str = "file-fe-1") -> Sent:
    body = b'{"id": "%s", "created_at": %s}' % (name.encode(), str(created_at).encode())
    exchange = Exchange(
        number=1, request=Request(method="POST", path="/files"), answer=Answer(status=200, body=body)
    )
    file = Small("tag", "batch")("one")
    return Sent(
        plan=Plan(format="jsonl", purpose="batch"), file=file, purpose="batch", exchange=exchange, late=late
    )


@pytest.mark.parametrize(
    ("early", "late", "middle"),
    [
        ([10, 11], [13, 14], 12),
        ([11, 10], [20, 14], 12),
        ([10], [12], 11),
        ([10, 11], [12], None),
        ([10], [9], None),
        ([10], [], None),
        ([], [10], None),
        (['"10"', 11], [13], 12),
        ([10.5], [13], None),
    ],
)
def test_the_middle_lies_a_whole_second_from_both_groups(
    early: list[object], late: list[object], middle: int | None
) -> None:
    first = [sent(created, late=False) for created in early]
    second = [sent(created, late=True) for created in late]
    assert Corpus(sent=(*first, *second)).middle == middle


def test_what_has_no_id_is_no_file() -> None:
    refused = dataclasses.replace(
        sent(10, late=False).exchange, answer=Answer(status=400, body=b'{"id": "file-fe-1"}')
    )
    assert dataclasses.replace(sent(10, late=False), exchange=refused).id == ""
    corpus = Corpus(sent=(sent(10, late=False), sent(10, late=False, name="")))
    assert (corpus.ids, len(corpus.sent)) == (("file-fe-1",), 2)


@pytest.mark.parametrize(("purpose", "kind"), [("file-extract", ".txt"), ("batch", ".jsonl")])
def test_small_files_are_lawful_for_their_purpose_and_never_share_a_name(purpose: str, kind: str) -> None:
    small = Small("tag", purpose)
    files = [small("word"), small("word"), small("word", extension="exe", content=b"MZ")]
    assert len({file.filename for file in files}) == len(files)
    assert [file.filename.endswith(kind) for file in files] == [True, True, False]
    assert all(isinstance(file.content, bytes) and file.size == len(file.content) for file in files)
    with speaking(Odd(Manners()), KEYS[0]) as sending:
        assert [sending.upload(file, purpose).status for file in files] == [200, 200, 400]


def test_the_standard_plan_has_the_sizes_at_which_counting_goes_wrong() -> None:
    sizes = {sent.file.size for sent in uploaded(Odd(Manners())).files}
    assert sizes >= {1, 65_535, 65_536, 65_537, 1_048_576}


def test_the_standard_plan_stays_within_what_a_run_may_send() -> None:
    corpus = uploaded(Odd(Manners()))
    assert sum(sent.file.size for sent in corpus.sent) < 1_500_000
    assert len(corpus.sent) <= 21


@pytest.mark.parametrize("name", [EMOJI, QUOTES, PUNCTUATION, LONG])
def test_an_odd_name_stands_on_a_file_that_nothing_else_needs(name: str) -> None:
    [plan] = [plan for group in plans(Profile.STANDARD) for plan in group if plan.name == name]
    assert (plan.format, plan.purpose, plan.size, plan.twin) == ("jsonl", "batch", 0, False)


def test_the_long_name_has_two_hundred_characters() -> None:
    assert max(len(sent.file.filename) for sent in uploaded(Odd(Manners())).sent) == LONGEST


class Plain(Odd):
    """Refuses names that are not plain."""

    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        if len(filename) > 100 or set(filename) & set('"%🎉'):
            raise RefusalError(400, "Illegal file name.")
        super().admit(filename, content, purpose)


def test_names_that_are_refused_do_not_cost_their_purpose() -> None:
    corpus = uploaded(Plain(Manners()))
    assert [sent.plan.name for sent in corpus.sent if not sent.id] == [EMOJI, QUOTES, PUNCTUATION, LONG]
    assert [sent.purpose for sent in corpus.sent] == [sent.plan.purpose for sent in corpus.sent]
