"""What the pytest of every project loads of us: the fixture `model_studio`, and nothing that costs time.

Where the suite is to run, it loads `hooks` too, with all the options of a run.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.mock import Mock

SUITE = Path(__file__).parent / "suite"
PACKAGE = "conformance.suite"
MARK = "model_studio"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the suite's side where the suite is to run; its options would only be in the way of others."""
    names = [*early_config.known_args_namespace.file_or_dir, *early_config.getini("testpaths")]
    if named(names, early_config.invocation_params.dir):
        early_config.pluginmanager.import_plugin("conformance.hooks")


def named(names: Iterable[str], folder: Path) -> bool:
    """Tell whether the suite is among what pytest is given."""
    for name in (text.partition("::")[0] for text in names):
        path = (folder / name).resolve()
        if name.startswith(PACKAGE) or path == SUITE or SUITE in path.parents:
            return True
        # An environment that lies in the folder of a project is no wish to run the suite.
        if path in SUITE.parents and "site-packages" not in SUITE.relative_to(path).parts:
            return True
    return False


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of the fixture."""
    config.addinivalue_line(
        "markers", f"{MARK}(**settings): how the fixture {MARK} serves, as serve() takes it"
    )


@pytest.fixture
def model_studio(request: pytest.FixtureRequest) -> "Iterator[Mock]":
    """Serve a mock of Model Studio for one test, with `url` and `key`; the mark of the same name says how."""
    from conformance.errors import UsageError
    from conformance.mock import serve

    mark = request.node.get_closest_marker(MARK)
    with ExitStack() as closing:
        problem = ""
        try:
            mock = closing.enter_context(serve(**(mark.kwargs if mark else {})))
        except UsageError as error:
            problem = str(error)
        if problem:
            pytest.fail(f"{MARK}: {problem}", pytrace=False)
        yield mock
