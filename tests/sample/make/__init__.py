"""How the bundled sample is made: `python -m tests.sample.make` writes it anew, always the same.

The traces are invented. They tell of the Harbour desk, the help desk of Brennsund, a small town with two ferry lines
and a guest harbour. `documents` holds what is true there, so that an answer can be right or wrong.
"""
