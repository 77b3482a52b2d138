"""Conformance suite and contract checker for Model Studio's OpenAI-compatible Files API.

One id joins everything: the sentence of the documentation (a clause), the constraint in openapi.yaml, the
test, the planted fault that breaks it, the known deviation, the line in the report. A tour, from the
bottom up; imports run in this direction only, and a test checks both that and this list.

What is so: frozen values
    errors.py       every error that we raise, as one tree
    recall.py       results remembered, up to a weight
    specs.py        where specs/ is
    writing.py      files that are written whole, or not at all
    stale.py        clauses whose page says otherwise by now
    clauses.py      the sentences, their sources and their conflicts, read and checked
    regions.py      the regions and their hosts
    exchange.py     request, answer, exchange: the wire as values
    events.py       the events of a stream
    sharing.py      where it is kept when a lane of the pace is free again
    replies.py      what the chat answered, whole or in pieces
    uses.py         what the pages' samples do with what the official SDK gives them
    verdicts.py     verdict, finding, ruling, exit status
    notices.py      what a person should know of a target before it is judged
    troubles.py     which exchanges met trouble, of which kind
    runs.py         a run to and from JSON lines
    targets.py      --target in words, and whose keys it has
    deviations.py   known failures, as dated promises
    attestations.py when each clause was last seen to hold on the real service
    cascades.py     what depends on a clause that did not hold
    explore.py      what exploring finds: cases, defects, candidates
    entries.py      an exchange as another tool has recorded it
Measuring
    contract.py     does an answer agree with openapi.yaml?
    times.py        the four ways to write a filter's time
    trace.py        a sequence of exchanges seen as what happened to files
    batch_trace.py  the same sequence seen as what happened to batch tasks
    laws/           laws over a trace: files, pages, filters, accounts, refusals, chat, streams, batch tasks, downloads
    rates.py        what answers in time say of a limit
    archives.py     HAR read into entries
    cassettes.py    what VCR.py and mitmproxy keep, read into entries
    recorded.py     what is in a recording of this API, as exchanges
    expect.py       the assertions that the suite is written in
    marks.py        how a test says which clause it judges
Speaking
    pacing.py       the account's rate limits, kept on our side
    budget.py       what a run may send, and the tokens that it may use
    recorder.py     keeps exchanges, removes secrets
    ledger.py       what a run makes, written ahead on this machine
    resources.py    what a run creates, so that nothing of it stays
    unfinished.py   the batch tasks that a run creates, and what they wrote
    client.py       sends a request, gives back an exchange
    sdk.py          the official OpenAI SDK on top of our client, and whether it can use an answer
    wire.py         the time of a whole exchange and the size of a compressed body, bounded
    crew.py         several clients at once
    files.py        the Files API in verbs
    chat.py         the chat in verbs
    batches.py      batch tasks and downloads in verbs
    diagnosis.py    what answers, and the lack of them, tell a person of the target
    cleaning.py     removes what a run has made
    sweep.py        removes what runs have left that were killed
    preflight.py    is the target there, does it let us in, is it this API?
    doctor.py       everything that a person should know before a target is judged
    plan.py         what a run would cost, by chapter
    judging.py      from what was seen to the verdicts on all clauses
    priorities.py   what caps leave room for
    session.py      one run in progress, from the first request to the ruling
Making
    blobs.py        large files that exist nowhere
    documents.py    the smallest honest document of each format
    corpus.py       the files that a run uploads once and many tests judge
    ahead.py        uploads sent ahead of the tests that judge them
    memos.py        small files that each say one word
    workload.py     the batch tasks that a run creates once and many tests judge
    strategies.py   hypothesis: lawful queries of the list
    generated.py    schemathesis: requests derived from openapi.yaml
    probe.py        are the documented rates kept?
    zones.py        in which time zone does the target read times?
    explore_steps.py    what a case of an exploration is made of
    explore_sources.py  where such cases come from
    explorer.py     explores: case after case until the time is up
Judging and showing
    suite/          the conformance tests, one module a chapter
    mock/           a lawful server that never read the tests, and its breaches and weathers
    gate.py         a run beside an earlier one and what was promised, as one decision
    report/         views of a run: page, summary, table
    check.py        judges recorded traffic, with no network
    drift/          a page of documentation against the clauses that rest on it
    comparison/     what two targets do otherwise, by their runs
    against/        another machine-readable contract beside ours
The rim
    options.py      the options of a run, and the session that they ask for
    merging.py      the parts of a run as the run that one machine would have given
    shards.py       which tests one of several processes or machines takes
    parallel.py     several processes, one run
    selection.py    which tests a run takes, and in which order
    rehearsal.py    plays a run through to know what each test sends
    outcomes.py     what a test did, as a finding and in pytest's words
    plugin.py       what every project's pytest loads: the fixture model_studio
    hooks.py        pytest's side of a run: options, reports, the run log
    matrix.py       the suite against every planted fault
    gate_command.py     what `conformance gate` does and prints
    trend_command.py    what `conformance trend` does and prints
    attest_command.py   what `conformance attest` does and prints
    sweep_command.py    what `conformance sweep` does and prints
    listings.py     what `conformance clauses` and `conformance breaches` print
    arguments.py    what the commands accept
    cli.py          the command
"""
