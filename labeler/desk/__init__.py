"""A review at work: one queue of actions; each change decided, committed, applied, announced."""
