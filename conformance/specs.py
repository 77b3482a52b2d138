"""Where specs/ is: inside an installed wheel, else beside the checkout. Nothing else reads that path.

TOML is read and written here.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

from conformance.errors import SpecsError

PACKAGE = Path(__file__).parent


def root() -> Path:
    """Give the folder that holds openapi.yaml and clauses/."""
    for candidate in (PACKAGE / "_specs", PACKAGE.parent / "specs"):
        if (candidate / "openapi.yaml").is_file():
            return candidate
    raise SpecsError(f"No specs/ folder found beside {PACKAGE} or inside it: reinstall the package.")


def quoted(text: str) -> str:
    """Write a string as TOML has it, on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_toml(path: Path) -> dict[str, Any]:
    """Read one TOML document.

    Raises:
        SpecsError: the file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecsError(f"Cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecsError(f"{path} is not valid TOML: {error}.") from error
