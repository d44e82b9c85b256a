"""Screens: the review, the start, and what opens over them."""
