"""What is remembered has a weight, and an end."""

from conformance.recall import recalled


def weigh(text: str) -> int:
    return len(text)


def test_what_was_asked_last_is_remembered_up_to_the_weight() -> None:
    asked: list[str] = []

    @recalled(5, weigh)
    def shout(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert [shout(text) for text in ("aa", "bb", "aa", "cc", "aa", "bb")] == [
        "AA",
        "BB",
        "AA",
        "CC",
        "AA",
        "BB",
    ]
    assert asked == ["aa", "bb", "cc", "bb"]


def test_what_is_heavier_than_all_is_not_remembered() -> None:
    asked: list[str] = []

    @recalled(5, weigh)
    def shout(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert (shout("much too long"), shout("much too long")) == ("MUCH TOO LONG", "MUCH TOO LONG")
    assert len(asked) == 2
