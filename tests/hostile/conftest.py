"""The browser in which reports are opened."""

from tests.report.conftest import browser

__all__ = ["browser"]
