"""What holds for all tests of our own."""

from collections.abc import Iterator

import pytest

from tests.pages import browser, open_page

__all__ = ["browser", "open_page"]


@pytest.fixture(autouse=True, scope="session")
def _a_state_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let no run of a test leave its journal among the user's, or find one of his."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
