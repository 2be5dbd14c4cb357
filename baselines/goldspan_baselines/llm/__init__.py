"""A language model as an extractor, behind any OpenAI-compatible endpoint: `goldspan run llm`, see `docs/llm.md`.

The way of a document: `prompts` says what is asked, `strict` rewrites the schema for the endpoint, `endpoint` (with
`cache` and `prices`) gets the answer, `answer` reads it, `undo` takes the rewriting back, `places` finds the quotes.
`extractor.LLM` joins them.
"""
