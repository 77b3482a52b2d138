"""Every error that we raise, as one tree; a broken clause is not among them, it is a finding.

    ConformanceError
    ├── SpecsError     our documents under specs/ are wrong
    ├── UsageError     the command line or the environment asks for something impossible
    ├── TargetError    the target cannot be reached, does not let us in, or is not this API
    └── RunLogError    a run log is cut short, foreign or unreadable

Each carries one sentence that says what is wrong and what to do, fit to be shown without a traceback.
"""


class ConformanceError(Exception):
    """The root: whatever we raise on purpose."""


class SpecsError(ConformanceError):
    """A document under specs/ contradicts itself or lacks a required field."""


class UsageError(ConformanceError):
    """A flag, a file name or an environment variable asks for something impossible."""


class TargetError(ConformanceError):
    """The target cannot be reached, refuses the key, or does not speak this API."""


class RunLogError(ConformanceError):
    """A run log is cut short, of another format, or not a run log at all."""
