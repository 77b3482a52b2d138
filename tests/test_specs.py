"""The real documents under specs/: complete, consistent, and true to the samples of the pages."""

import copy
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from conformance import specs
from conformance.clauses import Level, registry
from conformance.contract import clause_of, contract
from conformance.regions import regions
from conformance.suite import __path__ as suite_path

CONSTRAINTS = frozenset(
    {
        *("type", "enum", "const", "pattern", "format", "required", "minimum", "maximum", "multipleOf"),
        *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"),
        *("uniqueItems", "minProperties", "maxProperties", "additionalProperties", "propertyNames"),
        *("dependentRequired", "contains", "not", "prefixItems", "patternProperties"),
    }
)
CHAPTERS = [
    "uploads",
    "retrieval",
    "listing",
    "filters",
    "deletion",
    "ids",
    "errors",
    "authentication",
    "limits",
]


def schemas(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through every schema of a document, with its place; the conditions after `if` bind nobody."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from schemas(item, f"{place}/{number}")
    if not isinstance(node, dict):
        return
    parent = place.rpartition("/")[2]
    if parent in {"schema", "items", "then"} or place.split("/")[-2:-1] in (
        ["properties"],
        ["schemas"],
        ["oneOf"],
    ):
        yield place, node
    for key, value in node.items():
        if key not in {"if", "x-clause", "examples", "example", "default"}:
            yield from schemas(value, f"{place}/{key}")


def unsourced(document: dict[str, Any]) -> list[str]:
    """Name every constraint that says not on which clause it rests."""
    found = [
        f"{place}: {keyword}"
        for place, schema in schemas(document)
        for keyword in sorted(CONSTRAINTS & set(schema))
        if clause_of(schema, keyword) is None
    ]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            place = f"/paths/{path}/{method}"
            found += [place] if "x-clause" not in operation else []
            for number, parameter in enumerate(operation.get("parameters", [])):
                found += [f"{place}/parameters/{number}"] if "x-clause" not in parameter else []
            for status, response in operation["responses"].items():
                if "$ref" not in response:
                    found += list(_unsourced_response(response, f"{place}/{status}"))
    for name, response in document["components"]["responses"].items():
        found += list(_unsourced_response(response, f"/components/responses/{name}"))
    return found


def _unsourced_response(response: dict[str, Any], place: str) -> Iterator[str]:
    if "x-clause" not in response:
        yield place
    for media_type, content in response["content"].items():
        if "x-clause" not in content:
            yield f"{place}/{media_type}"


def marks(node: Any) -> Iterator[str]:
    """Go through every clause that a document names."""
    if isinstance(node, list):
        for item in node:
            yield from marks(item)
    elif isinstance(node, dict):
        mark = node.get("x-clause", ())
        yield from [mark] if isinstance(mark, str) else dict(mark).values()
        for value in node.values():
            yield from marks(value)


def test_openapi_is_valid() -> None:
    validate(contract().document)


def test_every_constraint_of_openapi_names_its_clause() -> None:
    assert unsourced(contract().document) == []


@pytest.mark.parametrize(
    ("path", "keyword", "value"),
    [
        (("components", "schemas", "FileList", "properties", "data"), "maxItems", 10),
        (("components", "schemas", "ErrorResponse", "properties", "error"), "minProperties", 1),
    ],
)
def test_a_constraint_under_a_clause_is_found_when_the_clause_goes(
    path: tuple[str, ...], keyword: str, value: object
) -> None:
    document = copy.deepcopy(contract().document)
    node: Any = document
    for step in path:
        node = node[step]
    del node["x-clause"]
    node[keyword] = value
    assert any(keyword in place for place in unsourced(document))


def test_a_new_property_without_a_clause_is_found() -> None:
    document = copy.deepcopy(contract().document)
    document["components"]["schemas"]["FileList"]["properties"]["first_id"] = {"type": "string"}
    assert unsourced(document) == ["/components/schemas/FileList/properties/first_id: type"]


def test_every_clause_that_openapi_names_exists() -> None:
    assert set(marks(contract().document)) <= set(registry().clauses)


def test_every_operation_that_a_clause_applies_to_exists() -> None:
    known = {operation.id for operation in contract().operations}
    assert {name for clause in registry() for name in clause.applies} <= known


def test_there_are_at_least_sixty_clauses_in_the_nine_chapters() -> None:
    assert set(CHAPTERS) <= set(registry().chapters())
    assert len([clause for clause in registry() if clause.chapter in CHAPTERS]) >= 60


def test_every_chapter_has_its_module_in_the_suite() -> None:
    names = {path.stem.removeprefix("test_") for path in Path(next(iter(suite_path))).glob("test_*.py")}
    assert set(registry().chapters()) <= names


def test_observations_alone_make_no_must() -> None:
    for clause in registry():
        if clause.level is Level.MUST:
            documents = [citation.source.id for citation in clause.citations]
            assert any(not name.startswith("observed-") for name in documents), clause.id


def test_every_region_has_a_classic_and_a_workspace_host() -> None:
    for region in regions().values():
        assert region.base_url().startswith("https://dashscope")
        assert region.base_url("ws-1").startswith("https://ws-1.")


def test_the_servers_of_openapi_are_the_hosts_of_the_regions() -> None:
    urls = {server["url"] for server in contract().document["servers"]}
    assert urls == {
        url for region in regions().values() for url in (region.base_url(), region.base_url("{workspace}"))
    }


def samples() -> list[Any]:
    document = yaml.safe_load((specs.root().parent / "tests" / "samples.yaml").read_text(encoding="utf-8"))
    return [pytest.param(row["schema"], row["value"], id=row["id"]) for row in document]


@pytest.mark.parametrize(("schema", "value"), samples())
def test_every_sample_of_the_pages_is_lawful(schema: str, value: Any) -> None:
    root = {"$ref": f"#/components/schemas/{schema}", "components": contract().document["components"]}
    assert [error.message for error in Draft202012Validator(root).iter_errors(value)] == []


def test_the_readme_of_the_specs_shows_what_is_there() -> None:
    checkout = Path(__file__).parents[1]
    readme = (specs.root() / "README.md").read_text("utf-8")
    parts = readme.split("```")
    shown_clauses = set(re.findall(r'(?:id = |clause\(|breach\()"([\w.-]+)"', readme))
    assert len(shown_clauses) == 1, "sentence, test and breach are of one clause"
    for before, block in zip(parts[::2], parts[1::2], strict=False):
        [*_, path] = re.findall(r"`((?:specs|conformance)/[\w/.]+)`", before)
        language, _, text = block.partition("\n")
        if language == "toml":
            [shown] = tomllib.loads(text)["clause"]
            clause = registry().clauses[shown["id"]]
            assert (clause.text, clause.level, list(clause.applies)) == (
                shown["text"],
                shown["level"],
                shown["applies"],
            )
        else:
            assert text in (checkout / path).read_text("utf-8")
    for name in re.findall(r"^\| `([\w/.]+)", readme, re.MULTILINE):
        assert (specs.root() / name.partition("<")[0]).exists()
