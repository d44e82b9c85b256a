"""Runs that show what is promised: kills, faults, load and outages of the real parts, with figures."""
