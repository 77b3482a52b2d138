"""What a project of somebody else's sees of us: a fixture for its tests, and nothing that is in its way."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEST = """
import openai
import pytest


def ask(mock):
    with openai.OpenAI(base_url=mock.url, api_key=mock.key, max_retries=0) as client:
        made = client.files.create(file=("a.txt", b"hello"), purpose="file-extract")
        assert [each.id for each in client.files.list()] == [made.id]


def test_one(model_studio):
    ask(model_studio)


def test_each_has_a_mock_of_its_own(model_studio):
    ask(model_studio)


@pytest.mark.model_studio(region="cn", breaches=["a-key-of-the-other-region-gets-403"])
def test_settings(model_studio):
    assert model_studio.settings.region.name == "cn"


def test_the_environment_can_be_pointed_at_it(model_studio, monkeypatch):
    for name, value in model_studio.environment.items():
        monkeypatch.setenv(name, value)
    assert openai.OpenAI().files.list().data == []
"""


def in_a_project(
    folder: Path, *arguments: str, ini: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project that knows nothing of the suite."""
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --strict-markers\n{ini}\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_fixture_gives_each_test_a_mock_with_url_and_key(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST)
    done = in_a_project(tmp_path, "-q")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_bad_settings_of_the_fixture_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.model_studio(region='us')\ndef test_it(model_studio): ...\n"
    )
    done = in_a_project(tmp_path, "-q")
    assert done.returncode == 1
    assert "model_studio: unknown region 'us': choose one of cn, intl" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_project_may_have_options_of_the_same_names(tmp_path: Path) -> None:
    # One folder down: pytest reads the conftest.py of each folder test* beside it, those of other tests too.
    project = tmp_path / "project"
    project.mkdir()
    (project / "conftest.py").write_text(
        "def pytest_addoption(parser):\n"
        "    for name in ('timeout', 'seed', 'region', 'target', 'plan'):\n"
        "        parser.addoption(f'--{name}')\n"
    )
    (project / "test_it.py").write_text("def test_it(request): assert request.config.option.timeout == '5'\n")
    done = in_a_project(project, "-q", "--timeout=5", "--region=mars")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_is_not_even_imported(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    ours = {name for name in sys.modules if name.startswith('conformance')}\n"
        "    assert ours == {'conformance', 'conformance.plugin'}\n"
    )
    done = in_a_project(tmp_path, "-q")
    assert done.returncode == 0, done.stdout
    assert not (tmp_path / "reports").exists()


def test_an_environment_inside_a_project_is_no_wish_to_run_the_suite(tmp_path: Path) -> None:
    place = tmp_path / ".venv" / "lib" / "site-packages"
    place.mkdir(parents=True)
    for name in ("conformance", "specs"):
        (place / name).symlink_to(ROOT / name)
    (tmp_path / "test_it.py").write_text("def test_it(): ...\n")
    done = in_a_project(tmp_path, "-q", PYTHONPATH=str(place))
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert not (tmp_path / "reports").exists()


def test_the_suites_options_are_shown_where_it_is_named(tmp_path: Path) -> None:
    assert "--rate-probe" not in in_a_project(tmp_path, "--help").stdout
    assert "--rate-probe" in in_a_project(tmp_path, "--pyargs", "conformance.suite", "--help").stdout
