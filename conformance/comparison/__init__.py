"""Two targets compared by their runs: what differs, whether it comes back, and what that means.

facets      what can be seen of a target, and what was seen of it
naming      what ids, names and times refer to
cases       an exchange as a case and its answer
members     the fields of an answer, by type and by what they refer to
observing   a run read for all the facets that it shows
sides       all runs of one target, put together
speed       do two samples of times differ by more than noise?
english     the words of a comparison, beside those of the report
chinese     the same in simplified Chinese
words       both, as the views say them
difference  one difference, as a value, and its class
timing      what differs in time, and how much trouble was met
search      the differences of two sides: found, repeated, classed
fidelity    how faithful the mock is
comparing   the comparison as a whole, chapter by chapter
both        both targets at once, and what differs once more
telling     a comparison in words and groups
page        comparison.html, from templates/
views       terminal, comparison.json, comparison.md
command     what `conformance compare` does and prints
"""
