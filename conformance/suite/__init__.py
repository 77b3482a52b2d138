"""The conformance tests: one module a chapter, one clause a test. `pytest --pyargs conformance.suite`."""
