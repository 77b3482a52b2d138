"""tests.html, which is pytest-html's: with what we add to it, all can read it, and it runs nothing that a target said."""

from pathlib import Path

import pytest

from conformance.mock import serve
from tests.pages import Open, node_module
from tests.runs_of_the_suite import run_suite

KEY = "sk-canary-0123456789abcdef"
GRAVE = ("serious", "critical")
AXE = """async (grave) => {
  const found = await axe.run();
  return found.violations.filter((each) => grave.includes(each.impact))
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tests-page")
    with serve(region="intl", keys=(KEY,), breaches=["deletion-deleted-missing"]) as mock:
        done = run_suite(
            folder / "reports", f"--target={mock.url}", "--profile=smoke", "--billable=no", key=KEY
        )
    assert done.status == 1, done.said
    [page] = (folder / "reports").glob("*/tests.html")
    return page


def test_axe_finds_nothing_grave_in_the_page_of_tests(open_page: Open) -> None:
    axe = node_module("axe-core/axe.min.js").read_text(encoding="utf-8")
    page = open_page(script=axe)
    page.locator("#show_all_details").click()
    assert page.locator(".failed").count()
    assert page.evaluate(AXE, GRAVE) == []
    assert page.evaluate("document.documentElement.lang") == "en"
