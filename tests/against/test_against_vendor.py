"""Another document beside ours: what is told of the vendor's own, and what the command does with others."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from conformance.against.command import read
from conformance.against.differences import Comparison, compare
from conformance.against.pairs import Class, Gap
from conformance.cli import main
from conformance.contract import contract
from conformance.errors import UsageError

VENDOR = Path(__file__).with_name("vendor.yaml")


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(contract().document, read(VENDOR))


def gap(found: Comparison, operation: str, place: str, keyword: str) -> Gap:
    (one,) = [
        each.gap
        for each in found.differences
        if (each.operation, each.gap.place, each.gap.keyword) == (operation, place, keyword)
    ]
    return one


def test_our_document_differs_in_nothing_from_itself() -> None:
    ours = contract().document
    assert compare(ours, copy.deepcopy(ours)).differences == ()


def test_what_stands_before_the_paths_and_how_their_parameters_are_called_makes_no_difference(
    found: Comparison,
) -> None:
    assert found.shared == 5
    assert not [
        each for each in found.differences if each.gap.keyword == "parameter" and "path." in each.gap.place
    ]


def test_operations_that_they_lack_are_missing_with_our_clause(found: Comparison) -> None:
    assert gap(found, "GET /files/{file_id}/content", "", "operation").cls is Class.MISSING
    assert gap(found, "GET /files/{file_id}", "", "operation").clause == "retrieval.found"


def test_members_that_they_do_not_require_may_be_left_out(found: Comparison) -> None:
    one = gap(found, "GET /files", "200.body.data[].created_at", "required")
    assert (one.cls, one.clause) == (Class.LOOSER, "listing.item-created-at")


def test_nullable_means_nothing_in_3_1_and_the_comparison_says_so(found: Comparison) -> None:
    one = gap(found, "POST /files", "200.body.status_details", "type")
    assert (one.cls, one.ours, one.theirs) == (Class.STRICTER, "string or null", "string")
    assert "nullable" in one.remark
    assert any("nullable" in remark for remark in found.remarks)


def test_nullable_is_honoured_in_3_0() -> None:
    theirs = {**read(VENDOR), "openapi": "3.0.3"}
    older = compare(contract().document, theirs)
    assert not [each for each in older.differences if each.gap.place == "200.body.status_details"]
    assert older.remarks == ()


def test_a_purpose_that_they_do_not_name_makes_them_stricter(found: Comparison) -> None:
    one = gap(found, "GET /files", "200.body.data[].purpose", "enum")
    assert (one.cls, one.clause) == (Class.STRICTER, "listing.item-purpose")


def test_what_the_id_tells_of_the_purpose_is_looser_on_its_condition(found: Comparison) -> None:
    told = [each.gap for each in found.differences if each.gap.clause == "ids.batch-prefix"]
    assert {(one.cls, one.keyword) for one in told} == {(Class.LOOSER, "pattern")}
    assert all("where purpose is batch" in one.remark for one in told)


def test_one_refusal_of_theirs_among_all_of_ours_is_stricter_and_its_body_is_compared(
    found: Comparison,
) -> None:
    operation = "POST /batches/{batch_id}/cancel"
    assert gap(found, operation, "4XX", "status").cls is Class.STRICTER
    assert gap(found, operation, "400.body.error.code", "type").cls is Class.STRICTER


def test_nothing_that_is_known_of_the_vendors_document_contradicts_ours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "out.json"
    assert main(["clauses", "--against", str(VENDOR), "--json", str(data)]) == 0
    written: dict[str, Any] = json.loads(data.read_text(encoding="utf-8"))
    assert written["counts"]["contradictory"] == 0
    assert len(written["differences"]) == sum(written["counts"].values()) > 40
    assert "5 operations in both" in capsys.readouterr().out


def test_a_contradiction_is_exit_status_1(tmp_path: Path) -> None:
    theirs = read(VENDOR)
    theirs["components"]["schemas"]["FileObject"]["properties"]["object"]["enum"] = ["document"]
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(theirs), encoding="utf-8")
    assert main(["clauses", "--against", str(path)]) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "neither JSON nor YAML"),
        ("a: [", "neither JSON nor YAML"),
        ("[]", "no object"),
        ("{}", "no document of OpenAPI"),
        ('{"swagger": "2.0"}', "no document of OpenAPI"),
        ('{"openapi": "3.1.0"}', "paths is no object"),
        ('{"openapi": "3.1.0", "paths": {"/files": 3}}', "/files is no object"),
        (
            '{"openapi": "3.1.0", "paths": {"/files": {"get": {"responses": {"200": {"$ref": "#/a"}}}}}}',
            "leads nowhere",
        ),
        (
            '{"openapi": "3.1.0", "a": {"$ref": "#/a"}, "paths": {"/files": {"$ref": "#/a"}}}',
            "leads back to itself",
        ),
    ],
)
def test_what_is_no_document_is_refused_in_one_sentence(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "theirs"
    path.write_text(text, encoding="utf-8")
    assert main(["clauses", "--against", str(path)]) == 4
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_a_file_that_is_not_there_and_a_binary_one_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert main(["clauses", "--against", str(tmp_path / "none")]) == 4
    assert main(["clauses", "--against", str(tmp_path / "binary")]) == 4
    assert "UTF-8" in capsys.readouterr().err


def test_references_that_multiply_without_end_are_refused(tmp_path: Path) -> None:
    schemas = {
        f"S{n}": {
            "type": "object",
            "properties": {k: {"$ref": f"#/components/schemas/S{n + 1}"} for k in "abcd"},
        }
        for n in range(20)
    }
    schemas["S20"] = {"type": "string", "properties": {}}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/files": {"get": {"responses": {"200": answer}}}},
        "components": {"schemas": schemas},
    }
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert main(["clauses", "--against", str(path)]) == 4


def test_a_schema_that_holds_itself_is_followed_once_and_remarked() -> None:
    theirs = read(VENDOR)
    theirs["components"]["schemas"]["FileObject"]["properties"]["parent"] = {
        "$ref": "#/components/schemas/FileObject"
    }
    found = compare(contract().document, theirs)
    assert any("holds itself" in remark for remark in found.remarks)
    assert gap(found, "POST /files", "200.body.parent", "member").cls is Class.UNKNOWN


def as_3_0(node: Any) -> Any:
    """Write a schema of ours as OpenAPI 3.0 has it; conditions have no place there."""
    if isinstance(node, list):
        return [as_3_0(each) for each in node]
    if not isinstance(node, dict):
        return node
    turned = {key: as_3_0(value) for key, value in node.items()}
    if isinstance(node.get("type"), list) and "null" in node["type"]:
        turned |= {"type": node["type"][0], "nullable": True}
    if node.get("type") == "null":
        turned |= {"type": "string", "nullable": True, "enum": [None]}
    if "const" in turned:
        turned["enum"] = [turned.pop("const")]
    return turned


def test_our_document_written_as_3_0_differs_in_nothing() -> None:
    ours = contract().document
    theirs = {**as_3_0(ours), "openapi": "3.0.3"}
    assert compare(ours, theirs).differences == ()


JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "#/",
    [],
    [3],
    [None],
    {},
    {"a": 3},
    {"$ref": "#/paths"},
    {"$ref": 3},
)


def places(node: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if steps:
        yield steps
    for step, inner in (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ):
        yield from places(inner, (*steps, step))


def test_whatever_stands_in_a_document_it_is_compared_or_refused_in_one_sentence() -> None:
    drawn = Random(3)  # noqa: S311  drawn, not secret
    document = read(VENDOR)
    everywhere = list(places(document))
    outcomes = set()
    for _ in range(400):
        theirs = copy.deepcopy(document)
        *way, last = drawn.choice(everywhere)
        node: Any = theirs
        for step in way:
            node = node[step]
        node[last] = copy.deepcopy(drawn.choice(JUNK))
        try:
            compare(contract().document, theirs)
            outcomes.add("compared")
        except UsageError as error:
            outcomes.add("refused" if "\n" not in str(error) else "refused in several")
    assert outcomes == {"compared", "refused"}
