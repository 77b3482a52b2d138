"""--target in words: what it can name, and one sentence for whatever it cannot."""

import pytest

from conformance.errors import UsageError
from conformance.targets import Target, parse

KEYS = {"DASHSCOPE_API_KEY": "sk-anywhere"}


def target(name: str, *, region: str = "intl", workspace: str = "", **environ: str) -> Target:
    return parse(name, region_name=region, workspace=workspace, environ=environ or KEYS)


@pytest.mark.parametrize(("name", "region"), [("mock", "intl"), ("mock-intl", "intl"), ("mock-cn", "cn")])
def test_the_mock_needs_no_key(name: str, region: str) -> None:
    found = parse(name, region_name="intl", workspace="", environ={})
    assert (found.region, found.builtin, found.base_url, found.folder) == (region, True, "", name)


def test_a_region_has_its_host_and_its_workspaces_have_their_own() -> None:
    assert target("cn").base_url == "https://dashscope.aliyuncs.com/compatible-mode/v1"
    assert target("intl").base_url == "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
    host = "https://ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1"
    assert target("intl", workspace="ws-1").base_url == host


def test_the_regions_own_key_comes_first() -> None:
    found = target("cn", DASHSCOPE_API_KEY="a", DASHSCOPE_API_KEY_CN="b", DASHSCOPE_API_KEY_INTL="c")
    assert (found.key, found.second_key, found.other_region_key) == ("b", "", "")
    found = target(
        "intl", DASHSCOPE_API_KEY="a", DASHSCOPE_SECOND_API_KEY="d", DASHSCOPE_SECOND_API_KEY_CN="e"
    )
    assert (found.key, found.second_key) == ("a", "d")


@pytest.mark.parametrize(
    ("name", "base_url"),
    [
        ("http://localhost:8080", "http://localhost:8080/compatible-mode/v1"),
        ("http://localhost:8080/", "http://localhost:8080/compatible-mode/v1"),
        ("http://localhost:8080/v1/", "http://localhost:8080/v1"),
        ("https://gate.example/a/b", "https://gate.example/a/b"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("http://127.0.0.1/v1", "http://127.0.0.1/v1"),
    ],
)
def test_a_url_is_a_base_url(name: str, base_url: str) -> None:
    found = target(name, region="cn")
    assert (found.base_url, found.region, found.builtin) == (base_url, "cn", False)


@pytest.mark.parametrize(
    ("name", "loopback"),
    [
        ("http://localhost:1", True),
        ("http://api.localhost", True),
        ("http://127.9.9.9", True),
        ("http://[::1]", True),
        ("http://10.0.0.1", False),
        ("https://localhost.example.com", False),
    ],
)
def test_loopback_is_this_machine(name: str, loopback: bool) -> None:  # noqa: FBT001
    assert target(name).loopback is loopback


@pytest.mark.parametrize(
    "name",
    [
        "",
        "moon",
        "localhost:8080",
        "http://",
        "http:///v1",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://host:99999",
        "http://host:0",
        "http://host:port",
        "http://[::1",
        "http://a b/v1",
        "http://host/a b",
        "http://host/\x7f",
        "http://user@host/v1",
        "http://user:password@host/v1",
        "http://host/v1?a=1",
        "http://host/v1#a",
    ],
)
def test_what_names_no_target_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UsageError, match="--target") as caught:
        target(name)
    assert str(caught.value).endswith(".")
    assert "user:password" not in str(caught.value)


@pytest.mark.parametrize("workspace", ["a b", "a.b", "a/b", "ä", "-" * 64])
def test_a_workspace_that_is_no_id_is_refused(workspace: str) -> None:
    with pytest.raises(UsageError, match="--workspace"):
        target("intl", workspace=workspace)


@pytest.mark.parametrize("name", ["mock", "mock-cn", "http://localhost:1/v1"])
def test_a_workspace_where_there_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--workspace is for cn and intl"):
        target(name, workspace="ws-1")


def test_a_url_is_held_to_a_region_that_there_is() -> None:
    with pytest.raises(UsageError, match="cn, intl"):
        target("http://localhost:1", region="mars")


@pytest.mark.parametrize("name", ["cn", "http://localhost:1"])
def test_a_missing_key_is_asked_for_by_its_name(name: str) -> None:
    with pytest.raises(UsageError, match="DASHSCOPE_API_KEY_CN or DASHSCOPE_API_KEY"):
        target(name, region="cn", PATH="/bin")


@pytest.mark.parametrize("key", ["sk a", "sk-\n", "sk-ключ", "sk-\x7f", " sk"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    for environ in ({"DASHSCOPE_API_KEY": key}, {**KEYS, "DASHSCOPE_SECOND_API_KEY": key}):
        with pytest.raises(UsageError, match="API key") as caught:
            target("cn", **environ)
        assert key.strip() not in str(caught.value)


def test_keys_are_shown_by_no_repr() -> None:
    found = target("cn", DASHSCOPE_API_KEY="sk-secret-1", DASHSCOPE_SECOND_API_KEY="sk-secret-2")
    assert "sk-secret" not in repr(found)
    assert set(found.secrets) >= {"sk-secret-1", "sk-secret-2"}
    assert "sk-wrong" not in found.secrets


@pytest.mark.parametrize("key", ["a", "b", "sk-a", "sk-b"])
def test_keys_that_must_open_nothing_differ_from_the_one_that_opens(key: str) -> None:
    keys = target("cn", DASHSCOPE_API_KEY=key).keys
    assert keys["first"] == key
    assert len({keys["first"], keys["wrong"], keys["altered"], keys["longer"]}) == 4
    assert all(keys.values())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("cn", "cn"),
        ("http://localhost:8080/v1", "localhost-8080-v1"),
        ("https://gate.example/../../etc", "gate.example-..-..-etc"),
        ("http://[::1]", "1"),
        ("https://" + "a" * 200, "a" * 80),
    ],
)
def test_a_folder_is_one_safe_component(name: str, folder: str) -> None:
    found = Target(name=name, region="cn")
    assert found.folder == folder
    assert "/" not in found.folder
