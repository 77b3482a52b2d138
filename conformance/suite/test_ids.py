"""How files are named."""

from conformance import expect
from conformance.corpus import Corpus
from conformance.marks import clause
from conformance.suite.tasks import shown
from conformance.workload import Task


@clause("ids.file-extract-prefix")
def test_documents_have_their_prefix(kept: Corpus) -> None:
    _all_start_with(kept, "file-extract", "file-fe-")


@clause("ids.batch-prefix")
def test_batch_inputs_have_their_prefix(kept: Corpus) -> None:
    _all_start_with(kept, "batch", "file-batch-")


def _all_start_with(kept: Corpus, purpose: str, prefix: str) -> None:
    mine = [sent for sent in kept.files if sent.purpose == purpose]
    if not mine:
        raise expect.Unproven(f"no upload with the purpose {purpose} was accepted")
    for sent in mine:
        expect.that(sent.id.startswith(prefix), f"{prefix}…", sent.id, sent.exchange)


@clause("ids.batch-output-prefix")
def test_outputs_of_tasks_have_their_prefix(good: Task) -> None:
    name = good.said.get("output_file_id")
    if not isinstance(name, str):
        raise expect.Unproven(f"it needs an output file, and the task {good.id} names none")
    expect.that(name.startswith("file-batch_output"), "file-batch_output…", name, *shown(good))


@clause("ids.unique")
def test_equal_files_get_ids_of_their_own(kept: Corpus) -> None:
    exchanges = [sent.exchange for sent in kept.files]
    if len(exchanges) < 2:
        raise expect.Unproven("it needs two uploads, and only one was accepted")
    expect.that(
        len(set(kept.ids)) == len(kept.ids), f"{len(kept.ids)} ids", f"{len(set(kept.ids))} ids", *exchanges
    )


@clause("ids.alphabet")
def test_the_shape_of_ids_is_recorded(kept: Corpus) -> None:
    tails = [sent.id.rpartition("-")[2] for sent in kept.files]
    lengths = sorted({len(tail) for tail in tails})
    letters = {letter for tail in tails for letter in tail}
    kinds = {
        "digits": any(letter.isdigit() for letter in letters),
        "a-f": bool(letters & set("abcdef")),
        "g-z": bool(letters & set("ghijklmnopqrstuvwxyz")),
        "A-Z": any(letter.isascii() and letter.isupper() for letter in letters),
        "others": any(not (letter.isascii() and letter.isalnum()) for letter in letters),
    }
    made_of = ", ".join(name for name, present in kinds.items() if present)
    expect.record(f"behind the prefix: {lengths} characters of {made_of}", kept.files[0].exchange)
