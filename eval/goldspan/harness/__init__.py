"""Runs extractors over documents: finds and feeds them, keeps each finished document at once, resumes.

The way through: `finding` and `settings` make an extractor ready, `threads` or `commands` run it, `answers` turns what
it says into a line, `prediction_file` keeps the line, `run_directory` keeps what the run was. `runner` is the whole.
"""
