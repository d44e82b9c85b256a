"""The page of what was done: at the end of a worklist by itself, and at any time."""
