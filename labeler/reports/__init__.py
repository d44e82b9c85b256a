"""Views of a report: what `agreement` computed, for a terminal, for programs, for a page."""
