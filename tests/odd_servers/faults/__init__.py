"""Faults as other people plant them: an odd server with one decision taken wrongly."""

from . import errors, filters, lives, pages, shapes
from .fault import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "errors", "filters", "lives", "pages", "shapes"]
