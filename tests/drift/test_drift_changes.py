"""What changed in substance is told as what it was and is, with the clause that rests on the line."""

import pytest

from conformance.drift import across, comparing, matching, payloads, wording
from conformance.drift.comparing import Drift, Fate
from conformance.drift.telling import told

from .by_hand import read, text_of, tied


def changed(old: str, new: str, language: str = "zh") -> Drift:
    text = text_of(language)
    assert old in text
    return comparing.compare("vases", tied(read(text)), read(text.replace(old, new)))


def number_of(text: str, language: str = "zh") -> int:
    return next(n for n, row in enumerate(text_of(language).split("\n"), 1) if text in row)


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("12 MB", "20 MB", "number: 12MB → 20MB", "12 MB"),
        ("12 MB", "12 GB", "number: 12MB → 12GB", "12 MB"),
        ("800个", "1万个", "number: 800 → 10000", "800个"),
        ("限制为4", "限制为20", "number: 4/s → 20/s", "限制为4"),
        ("[1,40]", "[1,100]", "max_stems range: 1..40 → 1..100", "[1,40]"),
        ("默认12", "默认20", "max_stems default: 12 → 20", "[1,40]"),
        ("PNG、JPG、GIF", "PNG、JPG、WEBP", "format: gif → webp", "PNG"),
        ("Integer", "String", "max_stems type: integer → string", "Integer"),
        ('"arranged"', '"cut"', 'status sample: "arranged" → "cut"', '"arranged"'),
        ("为vase-still", "为vase-moving", "name: vase-still → vase-moving", "将purpose"),
        ("在 30 天后", "在 7 天后", "number: 30d → 7d", "800个"),
    ],
)
def test_a_value_that_changed_is_told_with_both_readings(old: str, new: str, said: str, line: str) -> None:
    drift = changed(old, new)
    assert [told(change) for change in drift.changes] == [said]
    assert drift.changes[0].clauses == (f"line.{number_of(line)}",)
    assert drift.stale == (f"line.{number_of(line)}",)


def test_a_host_that_changed_is_told_wherever_it_stands() -> None:
    drift = changed("vases.example.com", "vases-us.example.com")
    assert {told(change) for change in drift.changes} == {"host: vases.example.com → vases-us.example.com"}
    assert len(drift.changes) == 2


def test_numbers_that_change_places_are_a_change() -> None:
    text = "花瓶有两种限制，请注意用法。\n\n" * 6 + "大小限制(vase-still: 12MB，vase-moving: 40MB)"
    old = tied(read(text))
    drift = comparing.compare(
        "vases", old, read(text.replace("12", "x").replace("40", "12").replace("x", "40"))
    )
    assert [told(change) for change in drift.changes] == [
        "vase-still number 12MB; vase-moving number 40MB → vase-still number 40MB; vase-moving number 12MB"
    ]


def test_a_sentence_turned_round_is_a_change() -> None:
    drift = changed("花瓶不支持跨账号共享", "花瓶支持跨账号共享")
    assert [told(change) for change in drift.changes] == ["no longer: a word for not"]


def test_a_sentence_that_is_gone_leaves_its_clause_stale() -> None:
    drift = changed("查询花束接口的QPS限制为15。", "")
    assert [(change.fate, told(change)) for change in drift.changes] == [(Fate.LOST, "gone: number 15/s")]
    assert drift.stale == (f"line.{number_of('15。')}",)


def test_a_sentence_that_moved_is_no_drift() -> None:
    sentence = "花瓶不支持跨账号共享。\n"
    text = text_of("zh").replace(sentence, "").replace("放入花束\n\n", f"放入花束\n\n{sentence}\n", 1)
    drift = comparing.compare("vases", tied(read(text_of("zh"))), read(text))
    assert not drift.drifted
    assert len(drift.lines[Fate.MOVED]) == 1


def test_a_reworded_sentence_with_the_same_values_is_no_drift() -> None:
    drift = changed(
        "每个账号最多存放800个花瓶,总大小不超过 9 GB", "单个账号下最多可存放800个花瓶,总大小不超过 9 GB"
    )
    assert not drift.drifted
    assert len(drift.lines[Fate.REWORDED]) == 1


def test_sentences_that_were_joined_are_no_drift() -> None:
    assert not changed("限制为4。查询花束", "限制为4,查询花束").drifted


def test_a_parameter_that_came_is_told_beside_its_neighbours() -> None:
    drift = changed("picked_before\n", "colour\n\nString\n\n花的颜色。\n\npicked_before\n")
    assert "new: member colour" in [told(change) for change in drift.changes]
    assert all(change.near and change.clauses for change in drift.changes)


def test_a_value_that_moved_to_another_line_without_change_is_no_drift() -> None:
    drift = changed("单个花瓶最大为 12 MB。\n", "支持花瓶。\n\n每个花瓶最大为 12 MB。\n")
    assert "number" not in {fact.kind for change in drift.changes for fact in change.old + change.new}


def test_a_new_line_of_navigation_is_no_drift_and_a_new_rule_is() -> None:
    assert not changed("限流\n", "相关文档\n\n限流\n").drifted
    assert changed("限流\n", "花瓶必须在放入之前清洗干净。\n\n限流\n").drifted


def test_the_english_page_agrees_with_the_chinese_one() -> None:
    for language in ("zh", "tw"):
        drift = across.compare("vases", tied(read(text_of(language))), read(text_of("en")))
        assert drift.changes == ()
        assert len(drift.agreed) > 20


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("12 MB", "20 MB", "number: 12MB → 20MB"),
        ("4 queries", "20 queries", "number: 4/s → 20/s"),
        ("1 to 40", "1 to 100", "max_stems range: 1..40 → 1..100"),
        ("value: 12", "value: 20", "max_stems default: 12 → 20"),
        ("Integer", "String", "max_stems type: integer → string"),
        ("800 vases", "10,000 vases", "number: 800 → 10000"),
        ("GIF", "WEBP", "gone: format gif"),
        ("max_stems", "max_branches", "gone: member max_stems"),
        ('"arranged"', '"cut"', 'status sample: "arranged" → "cut"'),
    ],
)
def test_what_changed_is_told_across_languages(old: str, new: str, said: str) -> None:
    page = read(text_of("en").replace(old, new))
    drift = across.compare("vases", tied(read(text_of("zh"))), page)
    found = {told(change): change for change in drift.changes}
    assert said in found
    assert found[said].clauses
    assert drift.stale


def test_sketches_are_near_for_rewordings_and_far_for_others() -> None:
    one, other, third = "单个文件最大为150MB", "单个文件的最大值为150MB", "删除接口的限流"
    assert wording.alike(wording.sketch(one), wording.sketch(other)) > matching.ALIKE
    assert wording.alike(wording.sketch(one), wording.sketch(third)) < matching.ALIKE / 2


FILE = '{"id": "file-fe-xxx", "object": "file", "bytes": 1, "created_at": 1, "filename": "a.txt", "purpose": "batch", "status": "processed"}'


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ('"bytes": 1', '"bytes": "1"', "bytes", "'1' is not of type 'integer'"),
        ('"bytes"', '"size"', "size", "a field that openapi.yaml does not know"),
        ('"bytes": 1, ', "", "the sample", "'bytes' is a required property"),
        ('"purpose": "batch"', '"purpose": "vision"', "purpose", "'vision' is not one of"),
    ],
)
def test_a_sample_is_held_to_openapi(old: str, new: str, place: str, said: str) -> None:
    value = next(iter(payloads.values(FILE)))
    assert payloads.problems(value) == ()
    found = payloads.problems(next(iter(payloads.values(FILE.replace(old, new)))))
    assert any(each.place == place and said in each.said for each in found)


def test_marks_of_what_is_required_that_a_copy_drops_or_adds_are_no_drift() -> None:
    text = text_of("zh")
    marked = text.replace("Integer\n", "Integer\n\n是\n").replace("String\n", "String\n\n否\n")
    assert not comparing.compare("vases", tied(read(text)), read(marked)).drifted
    assert not comparing.compare("vases", tied(read(marked)), read(text)).drifted
    turned = marked.replace("Integer\n\n是", "Integer\n\n否")
    assert [told(c) for c in comparing.compare("vases", tied(read(marked)), read(turned)).changes] == [
        "max_stems required: yes → no"
    ]
