"""What the views' tests share: the run made by hand, and real Chromium where it is installed."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from conformance.runs import Run

from .run_by_hand import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No request of the browser's own, and a sandbox is not to be had by root.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def run() -> Run:
    return build()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: the page was not opened in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened: Browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()
