"""Annotating in Label Studio: the interface is derived from the schema, records go out and come back whole."""
