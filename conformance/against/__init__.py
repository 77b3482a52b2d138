"""Another machine-readable contract beside ours, constraint by constraint.

    regexes.py      which strings two patterns have in common
    shapes.py       which values a schema allows, as frozen values
    reading.py      a schema of OpenAPI 3.0 or 3.1 as a shape
    operations.py   a whole document as operations
    pairs.py        two shapes of one place, constraint by constraint
    gaps.py         where two shapes differ, place by place
    differences.py  where two documents differ
    command.py      what `conformance clauses --against` does and prints

Nothing here judges a target: a difference says what two documents say, not which of them is right.
"""
