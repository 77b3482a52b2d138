"""What caps leave room for: what binds more comes first, and what is shared is paid once."""

import pytest

from conformance.budget import Caps
from conformance.plan import Cost
from conformance.priorities import Candidate, left_out

REHEARSED = {
    "preflight": Cost(chapter="preflight", requests=1),
    "corpus": Cost(chapter="corpus", requests=4, uploads=4, bytes_sent=400),
    "must": Cost(chapter="must", requests=3),
    "should": Cost(chapter="should", requests=2),
    "observed": Cost(chapter="observed", requests=1, tokens=50),
}
MUST = Candidate(name="must", levels=("must",), costs=("corpus", "must"))
SHOULD = Candidate(name="should", levels=("should", "observed"), costs=("corpus", "should"))
OBSERVED = Candidate(name="observed", levels=("observed",), costs=("observed",))
FREE = Candidate(name="free", levels=("observed",), costs=("free",))
ALL = (OBSERVED, SHOULD, FREE, MUST)


@pytest.mark.parametrize(
    ("caps", "names"),
    [
        (Caps(), set()),
        (Caps(requests=15), set()),
        (Caps(requests=14), {"observed"}),
        (Caps(requests=12), {"should", "observed"}),
        (Caps(requests=11), {"must", "observed"}),
        (Caps(requests=2), {"must", "should"}),
        (Caps(uploads=3), {"must", "should"}),
        (Caps(bytes=399), {"must", "should"}),
        (Caps(tokens=49), {"observed"}),
        (Caps(requests=0), {"must", "should", "observed", "free"}),
    ],
)
def test_what_binds_less_is_left_out_first(caps: Caps, names: set[str]) -> None:
    # An upload takes the request that deletes its file along.
    assert set(left_out(ALL, REHEARSED, caps, ["preflight"])) == names


def test_the_reason_names_the_cap() -> None:
    reasons = left_out(ALL, REHEARSED, Caps(tokens=49), ["preflight"])
    assert reasons["observed"].startswith("--budget-tokens=49 leaves no room")


def test_where_nothing_was_rehearsed_nothing_is_left_out() -> None:
    assert left_out(ALL, {}, Caps(requests=1), ["preflight"]) == {}
