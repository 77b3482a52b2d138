"""The views that other programs read, by the schemas that others publish: SARIF 2.1.0 and HAR 1.2."""

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT6

from conformance.exchange import Answer
from conformance.report.har import as_har
from conformance.report.sarif import as_sarif
from conformance.runs import Run
from conformance.verdicts import Verdict
from tests.pages import node_module


@pytest.fixture(scope="module")
def sarif() -> jsonschema.Draft4Validator:
    path = node_module("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    return jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8")), format_checker=checker)


@pytest.fixture(scope="module")
def har() -> jsonschema.Draft6Validator:
    folder = node_module("har-schema/lib/har.json").parent
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, DRAFT6.create_resource(schema)) for name, schema in schemas.items()
    )
    checker = jsonschema.Draft6Validator.FORMAT_CHECKER
    return jsonschema.Draft6Validator(schemas["har.json"], registry=registry, format_checker=checker)


def odd(run: Run) -> Run:
    """A run of which every part is there or not there: no answer, no text, no clause, an unknown status."""
    first, second, *rest = run.exchanges
    return dataclasses.replace(
        run,
        exchanges=(
            dataclasses.replace(first, answer=Answer(status=299, body=b"\xff\x00")),
            dataclasses.replace(second, answer=None, trouble="reset"),
            *rest,
        ),
        clauses=tuple(
            dataclasses.replace(row, verdict=verdict)
            for row, verdict in zip(run.clauses, Verdict, strict=False)
        ),
    )


@pytest.mark.parametrize("change", [lambda run: run, odd], ids=["usual", "odd"])
def test_the_findings_are_sarif_by_its_schema(
    run: Run, sarif: jsonschema.Draft4Validator, change: Any
) -> None:
    found = json.loads(as_sarif(change(run)))
    assert [error.message for error in sarif.iter_errors(found)] == []
    assert found["runs"][0]["results"]


@pytest.mark.parametrize("change", [lambda run: run, odd], ids=["usual", "odd"])
def test_the_archive_is_har_by_its_schema(run: Run, har: jsonschema.Draft6Validator, change: Any) -> None:
    found = json.loads(as_har(change(run)))
    assert [f"{list(error.path)}: {error.message}" for error in har.iter_errors(found)] == []
    assert len(found["log"]["entries"]) == len(run.exchanges)


def test_the_schemas_see_what_is_wrong(
    run: Run, sarif: jsonschema.Draft4Validator, har: jsonschema.Draft6Validator
) -> None:
    findings, archive = json.loads(as_sarif(run)), json.loads(as_har(run))
    findings["runs"][0]["results"][0]["level"] = "grave"
    del archive["log"]["entries"][0]["request"]["cookies"]
    assert not sarif.is_valid(findings)
    assert not har.is_valid(archive)
