"""The lawful behaviour: one small method for each decision, so that a fault can be one overridden method.

It is made of chapters, each a class of its own. Nothing in them knows HTTP beyond status and headers, and nothing
reads an upload's body; that is `app` and `forms`.
"""

from collections.abc import Callable

from conformance.mock.batches import Batches
from conformance.mock.behaviour import World
from conformance.mock.content import Contents
from conformance.mock.filing import FILTER_PURPOSES, ID_PREFIXES, UPLOAD_PURPOSES, extension

__all__ = [
    "FILTER_PURPOSES",
    "ID_PREFIXES",
    "UPLOAD_PURPOSES",
    "Behave",
    "Lawful",
    "Trait",
    "World",
    "combined",
    "extension",
]


class Lawful(Contents, Batches):
    """A server that keeps every sentence of the pages."""


Trait = type[Lawful]
Behave = Callable[[World], Lawful]


def combined(*traits: Trait) -> Behave:
    """Combine breaches and weather into one behaviour; the first named is asked first."""
    distinct = tuple(dict.fromkeys(traits))
    if not distinct:
        return Lawful
    return type("Behaviour", distinct, {})
