"""The architecture is a check, not a page."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import conformance

PACKAGE = Path(conformance.__file__).parent


def test_imports_run_downhill() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_map_of_the_package_names_every_module() -> None:
    names = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if _is_module(path)}
    described = set(re.findall(r"^    (\w+)(?:\.py|/) ", conformance.__doc__ or "", re.MULTILINE))
    assert described == names


def _is_module(path: Path) -> bool:
    if path.is_dir():
        return (path / "__init__.py").is_file()
    return path.suffix == ".py" and not path.stem.startswith("__")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(PACKAGE)): count
        for path in PACKAGE.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
