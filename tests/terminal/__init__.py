"""The real program in a real pseudo-terminal: what Pilot cannot see."""
