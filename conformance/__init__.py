"""Conformance suite and contract checker for Model Studio's OpenAI-compatible Files API."""
