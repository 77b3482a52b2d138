"""The pictures of the README: there, small, shown, and of pages that can be made again at any time."""

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.run_by_hand import build
from tests.screenshots import HEIGHT, HOME, LARGEST, PICTURES, WIDTH, pages, shoot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

README = Path(__file__).parents[1] / "README.md"


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_the_readme_shows_pictures_that_are_there_and_small() -> None:
    shown = re.findall(r"\]\(\.github/([\w-]+)\.png\)", README.read_text(encoding="utf-8"))
    assert set(shown) <= set(PICTURES) == {path.stem for path in HOME.glob("*.png")}
    for path in HOME.glob("*.png"):
        assert path.stat().st_size < LARGEST, path
        assert size(path.read_bytes()) == (WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for name, text in pages(build(), build()).items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_page_gives_the_same_picture(name: str, folder: Path, browser: "Browser") -> None:
    picture = PICTURES[name]
    taken = shoot(browser, folder / f"{picture.page}.html", picture)
    assert size(taken) == (WIDTH, HEIGHT)
    assert shoot(browser, folder / f"{picture.page}.html", picture) == taken
