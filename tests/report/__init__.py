"""The views of a run, tested on one run made by hand."""
