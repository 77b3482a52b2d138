"""A served mock and a client of it, with limits as documented or small; none of our own faults passes unseen."""

from collections.abc import Iterator

import pytest

from conformance.mock import Mock, serve
from tests.mock.client import SMALL, Api


@pytest.fixture
def mock() -> Iterator[Mock]:
    with serve(seed=1) as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture
def small() -> Iterator[Mock]:
    with serve(seed=1, limits=SMALL) as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture
def api(mock: Mock) -> Iterator[Api]:
    with Api(mock) as api:
        yield api


@pytest.fixture
def small_api(small: Mock) -> Iterator[Api]:
    with Api(small) as api:
        yield api


@pytest.fixture
def beijing() -> Iterator[Mock]:
    """A mock of the region that chats, whose clock moves when it is asked."""
    with serve(seed=1, region="cn", clock="virtual") as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture
def beijing_api(beijing: Mock) -> Iterator[Api]:
    with Api(beijing) as api:
        yield api
