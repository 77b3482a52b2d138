"""Every misbehaviour that a run is made to meet."""

import os

from tests.hostile import rows_of_the_wire, rows_of_words

EACH = (*rows_of_the_wire.ROWS, *rows_of_words.ROWS)
# Where time is short, one of those that resemble one another stands for all.
ROWS = EACH if os.environ.get("HOSTILE") == "all" else tuple(row for row in EACH if not row.rare)
