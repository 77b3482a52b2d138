"""What people get who have no checkout: the archives, and the wheel installed with the oldest libraries it allows."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOOR = re.compile(r"([\w-]+)(?:>=|==)([\d.]+)")


def floors() -> Iterator[str]:
    """Give the least version of each library, as pip's constraints."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["redis"]]:
        found = FLOOR.match(line)
        assert found, f"{line} names no least version"
        yield f"{found[1]}=={found[2]}"


def run(*command: str | Path, folder: Path, status: Sequence[int] = (0,)) -> str:
    # What the checkout has must not stand in for what the wheel lacks.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode in status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)
    return folder


@pytest.fixture(scope="module")
def commands(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment with the wheel alone, and with libraries no newer than they must be."""
    home = tmp_path_factory.mktemp("environment")
    constraints = home / "floors.txt"
    constraints.write_text("\n".join(floors()), encoding="utf-8")
    venv.create(home, with_pip=True)
    [wheel] = archives.glob("*.whl")
    run(home / "bin" / "pip", "install", "--quiet", wheel, "-c", constraints, folder=home)
    return home / "bin"


def test_the_wheel_brings_the_specs_and_the_types_and_the_sdist_no_reports(archives: Path) -> None:
    [wheel] = archives.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    specs = {
        f"conformance/_specs/{path.relative_to(ROOT / 'specs').as_posix()}"
        for path in (ROOT / "specs").rglob("*")
        if path.is_file()
    }
    assert specs <= inside
    assert "conformance/py.typed" in inside
    assert not [name for name in inside if name.startswith(("tests/", "reports/"))]
    [sdist] = archives.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        folders = {name.split("/")[1] for name in archive.getnames() if "/" in name}
        generated = [name for name in archive.getnames() if name.endswith("run.jsonl")]
    assert {"conformance", "specs", "tests", "LICENSE", "README.md"} <= folders
    assert not generated


def test_from_an_empty_folder_the_wheel_runs_reports_compares_and_gates(
    commands: Path, tmp_path: Path
) -> None:
    suite = ("--pyargs", "conformance.suite", "-q", "-p", "no:cacheprovider")
    for name in ("one", "two"):
        said = run(commands / "pytest", *suite, "--profile=smoke", "--report-dir", name, folder=tmp_path)
        assert said.rstrip().endswith(f"{name}/mock/report.html")
    summary = json.loads((tmp_path / "one/mock/summary.json").read_text("utf-8"))
    assert summary["exit_status"] == 0
    page = (tmp_path / "one/mock/report.html").read_bytes()
    run(commands / "conformance", "report", "one/mock", folder=tmp_path)
    assert (tmp_path / "one/mock/report.html").read_bytes() == page
    run(commands / "conformance", "compare", "one/mock", "two/mock", folder=tmp_path)
    run(commands / "conformance", "gate", "one/mock", "--against", "two/mock", folder=tmp_path)
    assert "listing.object" in run(commands / "conformance", "clauses", folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"one", "two", "reports"}
