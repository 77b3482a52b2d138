"""What the views' tests share: the run made by hand."""

import pytest

from conformance.runs import Run

from .run_by_hand import build


@pytest.fixture(scope="session")
def run() -> Run:
    return build()
