"""Shows a score: as a table, as JSON, as a page."""
