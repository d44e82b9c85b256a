"""What labels say: how far people agree, what they agree on, and how far judges can be trusted. Pure.

Every figure is computed here with the standard library alone, by the formula and the source that its function names.
"""
