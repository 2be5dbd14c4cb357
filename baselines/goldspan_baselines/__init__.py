"""Baseline extractors for the goldspan benchmark."""
