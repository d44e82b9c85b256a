"""Widgets that more than one screen shows, and what their lines are made of."""
