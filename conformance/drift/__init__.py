"""A page of documentation against specs/: which sentences went, what changed in substance.

No text of a page is kept: an adopted page is one fingerprint a line, with the values that it names. A line is
a sentence of prose, a cell of a table, a line of code, or one value of a sample. From the bottom up:

    english.py      the words of a drift, beside those of the report
    chinese.py      the same in simplified Chinese
    words.py        both, as terminal and pages say them
    lines.py        block, fact, line, edition: the values
    wording.py      what a line says, freed of script, white space and punctuation
    markup.py       HTML and Markdown as blocks
    plain.py        text as blocks
    reading.py      a file as an edition, whatever its form
    numbers.py      numbers with their units, ranges and defaults
    names.py        parameters, values, formats, hosts, endpoints, regions
    calls.py        what a line of code hands over, reads, sends and calls
    payloads.py     samples, value by value, and what openapi.yaml says of them
    lining.py       blocks as lines with their facts
    fingerprints.py editions to and from specs/fingerprints
    matching.py     which line of one edition is which of another
    concern.py      which clauses a change concerns
    comparing.py    what changed in substance
    across.py       the same across languages, by the facts alone
    adopted.py      the pages that were adopted, with the clauses that rest on their lines
    adopting.py     a page becomes the one that the clauses point at
    coverage.py     which lines of a page are judged, which are excused
    telling.py      all that in words and as data
    pages.py        all that as pages that open offline
    outline.py      coverage in words, as data, as a page
    command.py      `conformance drift` and `conformance clauses --coverage`
"""
