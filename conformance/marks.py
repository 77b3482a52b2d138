"""How a test says which clause it judges."""

import pytest


def clause(name: str) -> pytest.MarkDecorator:
    """Mark a test with the one clause that its outcome is filed under."""
    return pytest.mark.clause(name)


def judging(name: str, *values: object) -> object:
    """Give one case of a parametrized test, filed under a clause of its own."""
    return pytest.param(*values, marks=pytest.mark.clause(name), id=name)
