"""What CI is to run, run here: every step of the GitHub action and every line of the GitLab job, in an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.targets import Target
from tests.runs_of_the_suite import environment

ROOT = Path(__file__).parent.parent
ACTION = ROOT / ".github/actions/conformance/action.yml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
GITLAB = ROOT / ".ci/gitlab.yml"
SMALL = "--profile=smoke -m retrieval --rate-probe=no"
BREACH = " --breach=retrieval-bytes-as-text"
# What no machine without the network can do: it is read here, and not run.
INSTALLS = "pip install"
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")


def read(path: Path) -> dict[Any, Any]:
    value: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return value


@dataclass(slots=True)
class Runner:
    """A runner of CI as far as it goes on one machine: an empty folder, a shell, and the files that it hands out."""

    folder: Path
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    status: int = 0
    said: str = ""

    def run(self) -> "Runner":
        """Run the steps of the action in their order, as the runner would: after a failure only what is always run."""
        (self.folder / "summary.md").write_text("", encoding="utf-8")
        for step in read(ACTION)["runs"]["steps"]:
            if "run" in step and INSTALLS not in step["run"] and self._wanted(step.get("if", "success()")):
                self._step(step)
        return self

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")

    def _wanted(self, condition: str) -> bool:
        *_, output = condition.split(" && ")
        always = condition.startswith("always()")
        return (always or not self.status) and (output == "success()" or bool(self._value(output)))

    def _value(self, name: str) -> str:
        if name.startswith("inputs."):
            given = self.inputs.get(name.removeprefix("inputs."))
            return (
                given
                if given is not None
                else read(ACTION)["inputs"][name.removeprefix("inputs.")]["default"]
            )
        _, step, _, output = name.split(".")
        return self.outputs.get(step, {}).get(output, "")

    def _step(self, step: dict[str, Any]) -> None:
        output = self.folder / "output"
        output.write_text("", encoding="utf-8")
        more = {
            name: EXPRESSION.sub(lambda m: self._value(m[1]), text)
            for name, text in step.get("env", {}).items()
        }
        files = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": self.folder / "summary.md"}
        done = shell(step["run"], self.folder / "work", **more, **{k: str(v) for k, v in files.items()})
        self.said += done.stdout
        self.status = self.status or done.returncode
        lines = output.read_text(encoding="utf-8").splitlines()
        found = self.outputs.setdefault(step.get("id", ""), {})
        for line in lines:
            name, _, value = line.partition("=")
            found[name] = value


def shell(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs `shell: bash`, and GitLab its lines."""
    folder.mkdir(exist_ok=True)
    clean = {name: value for name, value in environment().items() if not name.startswith("GITHUB_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder)}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env=clean | {"PATH": path} | github | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
        cwd=folder,
    )


def night(folder: Path, **inputs: str) -> Runner:
    return Runner(folder, {"target": "mock", "options": SMALL} | inputs).run()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one night was green."""
    folder = tmp_path_factory.mktemp("ci")
    (folder / "work").mkdir()
    # What the repository has for its own tests is not for these.
    (folder / "work/pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (folder / "work/conftest.py").write_text("raise SystemError\n", encoding="utf-8")
    done = night(folder)
    assert done.status == 0, done.said
    assert "Judged: " in done.said
    assert "in BASE" not in done.said
    assert done.outputs["judge"] == {"reports": "conformance-reports/mock", "folder": "mock"}
    return folder


@pytest.fixture
def green(place: Path, tmp_path: Path) -> Path:
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_green_night_leaves_its_run_for_the_next_and_all_reports(green: Path) -> None:
    reports = green / "work/conformance-reports/mock"
    assert (green / "work/conformance-base/run.jsonl").read_bytes() == (reports / "run.jsonl").read_bytes()
    assert json.loads((reports / "badge.json").read_text(encoding="utf-8"))["color"] == "brightgreen"
    summary = (green / "summary.md").read_text(encoding="utf-8")
    assert "The gate is open" in summary
    assert (reports / "summary.md").read_text(encoding="utf-8") in summary


def test_a_red_night_annotates_shows_its_reports_and_is_not_remembered(green: Path) -> None:
    before = (green / "work/conformance-base/run.jsonl").read_bytes()
    done = night(green, options=SMALL + BREACH)
    assert done.status == 1
    assert done.outputs["gate"]["status"] == "1"
    assert "::error file=specs/clauses/retrieval.toml,line=" in done.said
    assert "retrieval.bytes" in done.summary
    assert "# Conformance of mock: 1 clause failed" in done.summary
    assert (green / "work/conformance-base/run.jsonl").read_bytes() == before


def test_a_promise_makes_the_night_green_until_it_holds_again(green: Path) -> None:
    (green / "work/known.toml").write_text(
        '[[deviation]]\nclause = "retrieval.bytes"\nsince = 2026-01-01\nuntil = 2099-01-01\nowner = "us"\nreason = "r"\n',
        encoding="utf-8",
    )
    done = night(green, options=SMALL + BREACH, deviations="known.toml")
    assert done.status == 0, done.said
    stale = night(green, deviations="known.toml")
    assert stale.status == 1
    assert "::error file=known.toml,line=2,title=promise%3A retrieval.bytes::" in stale.said


def test_a_run_that_cannot_begin_ends_the_job_with_its_own_status_and_reports_nothing(tmp_path: Path) -> None:
    done = night(tmp_path, target="nowhere")
    assert (done.status, "reports" in done.outputs["judge"]) == (4, False)
    assert "--target=nowhere names nothing known" in done.said
    assert not (tmp_path / "work/conformance-base").exists()


def test_nothing_that_a_user_of_the_action_writes_becomes_a_command(tmp_path: Path) -> None:
    planted = "$(touch planted) `touch planted`; touch planted"
    night(tmp_path, target=planted, region=planted, options=planted, deviations=planted)
    assert not (tmp_path / "work/planted").exists()


def gitlab(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    job = read(GITLAB)["conformance"]
    given = job["variables"] | {"TARGET": "mock", "DEVIATIONS": "", "OPTIONS": SMALL} | more
    return shell("\n".join(job["script"]), folder / "work", **given, GITHUB_ACTIONS="")


def test_the_job_for_gitlab_is_green_then_red_against_the_green_one(tmp_path: Path) -> None:
    first = gitlab(tmp_path)
    assert first.returncode == 0, first.stdout
    before = (tmp_path / "work/conformance-base/run.jsonl").read_bytes()
    (tmp_path / "work/known.toml").touch()
    red = gitlab(tmp_path, OPTIONS=SMALL + BREACH, DEVIATIONS="known.toml")
    assert red.returncode == 1
    assert "worse     retrieval.bytes (must): pass → fail" in red.stdout
    assert (tmp_path / "work/conformance-base/run.jsonl").read_bytes() == before
    [junit] = (tmp_path / "work").glob(read(GITLAB)["conformance"]["artifacts"]["reports"]["junit"])
    assert junit.is_file()
    assert gitlab(tmp_path, TARGET="nowhere").returncode == 4


def test_what_is_installed_is_this_project_with_its_extra() -> None:
    commands = [step["run"] for step in read(ACTION)["runs"]["steps"] if INSTALLS in step.get("run", "")]
    [place] = re.findall(r'"\$GITHUB_ACTION_PATH/(.+)\[test\]"', "\n".join(commands))
    assert (ACTION.parent / place / "pyproject.toml").resolve() == ROOT / "pyproject.toml"
    assert read(GITLAB)["conformance"]["variables"]["CONFORMANCE"] == ".[test]"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_well_formed_and_uses_what_is_there(path: Path) -> None:
    workflow = read(path)
    # YAML 1.1 reads the bare word `on` as a truth.
    assert workflow[True]
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        for step in job["steps"]:
            _check(step)


def test_the_workflow_of_the_readme_is_the_one_that_is_tested() -> None:
    workflow = (ROOT / ".github/workflows/conformance.yml").read_text(encoding="utf-8")
    assert f"```yaml\n{workflow}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_action_asks_for_what_it_uses_and_documents_it() -> None:
    action = read(ACTION)
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text(encoding="utf-8")))
    assert used == set(action["inputs"])
    assert all(each["description"] for each in action["inputs"].values())
    for step in action["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or step["shell"] == "bash"
        # Text of others goes through the environment: pasted into a script it would be a command.
        assert "${{" not in step.get("run", "")


def _check(step: dict[str, Any]) -> None:
    assert ("uses" in step) != ("run" in step)
    uses = step.get("uses", "")
    if uses.startswith("./"):
        action = read(ROOT / uses / "action.yml")
        assert set(step["with"]) <= set(action["inputs"])
        required = {name for name, each in action["inputs"].items() if each.get("required")}
        assert required <= set(step["with"])
    elif uses:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", uses)
    else:
        assert (ROOT / step["run"].split()[0]).is_file()


def test_the_nightly_run_knows_each_region_its_key_and_its_promises() -> None:
    [job] = read(ROOT / ".github/workflows/conformance.yml")["jobs"].values()
    targets = [row["target"] for row in job["strategy"]["matrix"]["include"]]
    assert targets == ["cn", "intl"]
    [step] = [step for step in job["steps"] if step["uses"].startswith("./")]
    for row in job["strategy"]["matrix"]["include"]:
        assert row["key"] == f"DASHSCOPE_API_KEY_{row['target'].upper()}"
        assert (ROOT / step["with"]["deviations"].replace("${{ matrix.target }}", row["target"])).is_file()
    assert step["with"]["key"] == "${{ secrets[matrix.key] }}"


def test_the_folder_of_a_url_is_found_too(tmp_path: Path) -> None:
    name = Target(name="http://localhost:8080", region="intl", base_url="x", key="k").folder
    (tmp_path / "conformance-reports" / name).mkdir(parents=True)
    (tmp_path / "conformance-reports" / name / "run.jsonl").touch()
    done = shell('echo "$(dirname conformance-reports/*/run.jsonl)"', tmp_path)
    assert done.stdout.strip() == f"conformance-reports/{name}"
