"""The loader of specs/: what is wrong there is said, with the place, before anything is sent."""

import shutil
from pathlib import Path

import pytest

from conformance import specs
from conformance.clauses import Profile, load, registry
from conformance.errors import SpecsError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of specs/ that may be broken."""
    return Path(shutil.copytree(specs.root(), tmp_path / "specs"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unbroken_copy_is_the_same_registry(root: Path) -> None:
    assert load(root) == registry()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('level = "must"\n', "", "ids.file-extract-prefix: 'level' is missing"),
        ('level = "must"', 'level = "shall"', "ids.file-extract-prefix: 'shall' is not a valid Level"),
        ('text = "', 'txt = "', "ids.file-extract-prefix: unknown field 'txt'"),
        ('id = "ids.file-extract-prefix"\n', "", "'?' is not an id"),
        ('id = "ids.file-extract-prefix"', 'id = "ids.Prefix"', "'ids.Prefix' is not an id"),
        ('id = "ids.file-extract-prefix"', 'id = "uploads.id"', "'uploads.id' is not an id of the form ids"),
        ('id = "ids.file-extract-prefix"', "id = 7", "7 is not an id"),
        ('id = "ids.file-extract-prefix"', 'id = "ids.unique"', "ids.unique is used twice"),
        ('regions = "all"', 'regions = ["mars"]', "ids.file-extract-prefix: 'mars' is no region"),
        ('regions = "all"', "regions = 7", "ids.file-extract-prefix"),
        ("applies = [", "applies = 7 # [", "ids.file-extract-prefix"),
        ('profile = "smoke"', 'profile = "brief"', "ids.file-extract-prefix: 'brief' is not a valid Profile"),
        ('profile = "smoke"', 'needs = ["ids.nothing"]', "needs ids.nothing, which is no clause"),
        ('document = "files-tw-2025-11-15"', 'document = "nowhere"', "'nowhere' is missing or names nothing"),
        (', section = "響應參數"', "", "ids.file-extract-prefix: 'section' is missing"),
        ("[[clause]]", "[[clause]", "ids.toml is not valid TOML"),
    ],
)
def test_a_broken_clause_is_named_with_what_is_wrong(root: Path, old: str, new: str, said: str) -> None:
    edit(root / "clauses" / "ids.toml", old, new)
    with pytest.raises(SpecsError) as caught:
        load(root)
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_clause_without_a_source_is_refused(root: Path) -> None:
    path = root / "clauses" / "ids.toml"
    path.write_text('[[clause]]\nid = "ids.a"\nlevel = "must"\ntext = "."\napplies = []\nsources = []\n')
    with pytest.raises(SpecsError, match=r"ids\.a cites no source"):
        load(root)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("sources.toml", "title = ", "titel = "),
        ("sources.toml", "date = ", "day = "),
        ("conflicts.toml", "adopted = ", "taken = "),
        ("conflicts.toml", "readings = ", "reading = "),
        ("conflicts.toml", "clauses = [", 'clauses = ["no.clause", '),
        ("regions.toml", "[cn]", "[cn"),
    ],
)
def test_a_broken_document_beside_the_clauses_is_refused(root: Path, name: str, old: str, new: str) -> None:
    edit(root / name, old, new)
    with pytest.raises(SpecsError, match=name):
        load(root)


@pytest.mark.parametrize("name", ["sources.toml", "regions.toml", "conflicts.toml"])
def test_a_missing_document_is_refused(root: Path, name: str) -> None:
    (root / name).unlink()
    with pytest.raises(SpecsError, match=f"Cannot read .*{name}"):
        load(root)


def test_text_that_is_not_utf_8_is_refused(root: Path) -> None:
    (root / "clauses" / "ids.toml").write_bytes(b"# \xff")
    with pytest.raises(SpecsError, match=r"ids\.toml is not valid TOML"):
        load(root)


@pytest.mark.parametrize("name", ["clauses/ids.toml", "openapi.yaml", "regions.toml"])
def test_the_digest_follows_what_a_run_is_judged_by(root: Path, name: str) -> None:
    with (root / name).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert load(root).digest != registry().digest


def test_an_unknown_clause_is_an_error_that_says_where_to_look() -> None:
    with pytest.raises(SpecsError, match="`conformance clauses`"):
        registry()["uploads.nothing"]


def test_each_profile_includes_those_before_it() -> None:
    smoke, standard, deep = Profile
    assert deep.includes(smoke)
    assert standard.includes(standard)
    assert not smoke.includes(standard)
