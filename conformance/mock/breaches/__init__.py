"""Small named faults, each aimed at one clause: a module for each chapter, found by its presence here."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from conformance.mock.faults import Breach, breaches

for module in iter_modules(__path__, f"{__name__}."):
    import_module(module.name)

BREACHES: Mapping[str, Breach] = MappingProxyType(dict(sorted(breaches.items())))

__all__ = ["BREACHES", "Breach"]
