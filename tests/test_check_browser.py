"""What a real browser records of a page that uses the API is judged like any other recording."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance import check, recorded
from conformance.mock import serve
from conformance.runs import Run
from conformance.verdicts import ExitStatus, Verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY = "sk-canary-of-the-browser-0123456789"
# Uploads two files, lists, retrieves and deletes them, and asks for what is not there.
WORK = """async ({ base, key }) => {
  const ask = async (method, path, body) => {
    const answer = await fetch(base + path, { method, body, headers: { authorization: `Bearer ${key}` } });
    return answer.json();
  };
  const names = [];
  for (const name of ["one.txt", "二.txt"]) {
    const form = new FormData();
    form.append("purpose", "file-extract");
    form.append("file", new File([`what ${name} says`], name, { type: "text/plain" }));
    names.push((await ask("POST", "/files", form)).id);
  }
  await ask("GET", "/files?limit=10");
  for (const name of names) await ask("GET", `/files/${name}`);
  await ask("GET", "/files?limit=0");
  for (const name of names) await ask("DELETE", `/files/${name}`);
  await ask("GET", `/files/${names[0]}`);
}"""


def browsed(browser: "Browser", folder: Path, *breaches: str) -> Run:
    """Let a page of the mock's own origin do the work, and judge what the browser recorded of it."""
    path = folder / "browser.har"
    with serve(region="intl", keys=(KEY,), breaches=breaches) as mock:
        context = browser.new_context(record_har_path=path, record_har_content="embed")
        page = context.new_page()
        page.goto(mock.url)
        page.evaluate(WORK, {"base": mock.url, "key": KEY})
        context.close()
        return check.run(recorded.read(path, base_url=mock.url, region="intl"))


def accused(run: Run) -> set[str]:
    return {row.id for row in run.clauses if row.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.ERROR}}


def test_a_lawful_server_is_not_accused_by_what_a_browser_saw(browser: "Browser", tmp_path: Path) -> None:
    run = browsed(browser, tmp_path)
    assert accused(run) == set()
    assert run.footer.exit_status == ExitStatus.PASSED
    held = {row.id for row in run.clauses if row.verdict is Verdict.PASS}
    assert {"uploads.object", "listing.object", "retrieval.id", "deletion.id"} <= held
    assert KEY not in repr(run)


@pytest.mark.parametrize(
    ("breach", "clause"),
    [("retrieval-bytes-as-text", "retrieval.bytes"), ("deletion-deleted-missing", "deletion.deleted")],
)
def test_a_fault_is_told_by_what_a_browser_saw(
    breach: str, clause: str, browser: "Browser", tmp_path: Path
) -> None:
    run = browsed(browser, tmp_path, breach)
    assert accused(run) == {clause}
    assert run.footer.exit_status == ExitStatus.FAILED
