"""The Inspect AI task `goldspan/extract`: any model that Inspect knows, asked for events and scored by goldspan.

The entry point `inspect_ai: goldspan` registers it. It needs the extra `inspect`; nothing else in goldspan imports it.
"""
