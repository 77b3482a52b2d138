from typing import Any

import pytest

from conformance import regions
from conformance.errors import SpecsError, UsageError
from conformance.regions import BASE_PATH, Region, region

ROW: dict[str, Any] = {
    "name": "Somewhere",
    "host": "here.example",
    "workspace_host": "{workspace}.here.example",
}


@pytest.mark.parametrize(
    ("name", "host", "workspace"),
    [
        ("cn", "dashscope.aliyuncs.com", "{}.cn-beijing.maas.aliyuncs.com"),
        ("intl", "dashscope-intl.aliyuncs.com", "{}.ap-southeast-1.maas.aliyuncs.com"),
    ],
)
def test_each_region_has_its_hosts(name: str, host: str, workspace: str) -> None:
    assert region(name).id == name
    assert region(name).base_url() == f"https://{host}{BASE_PATH}"
    assert region(name).base_url("ws-1") == f"https://{workspace.format('ws-1')}{BASE_PATH}"


def test_both_regions_are_there_and_have_a_name() -> None:
    assert set(regions.regions()) == {"cn", "intl"}
    assert all(one.name for one in regions.regions().values())


def test_the_file_of_regions_is_read_once() -> None:
    assert regions.regions() is regions.regions()


@pytest.mark.parametrize("name", ["", "CN", "us", "mock"])
def test_a_region_that_nobody_knows_is_a_usage_error_that_names_the_others(name: str) -> None:
    with pytest.raises(UsageError, match=rf"No region is called '{name}': choose one of cn, intl\."):
        region(name)


def test_a_row_is_read_into_a_frozen_value() -> None:
    found = regions._region("here", ROW)
    assert found == Region(**{**ROW, "id": "here"})


@pytest.mark.parametrize(
    "row",
    [{k: v for k, v in ROW.items() if k != name} for name in ROW] + [{**ROW, "port": 80}],
    ids=[*(f"without {name}" for name in ROW), "with port"],
)
def test_a_row_that_lacks_a_field_or_has_a_strange_one_is_an_error_of_our_documents(
    row: dict[str, Any],
) -> None:
    with pytest.raises(SpecsError, match=r"^regions\.toml: here: "):
        regions._region("here", row)
