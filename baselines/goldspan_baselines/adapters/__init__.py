"""Other people's extraction libraries as extractors: thin, each behind an extra of its own, see `docs/llm.md`."""
