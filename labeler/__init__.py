"""labeler: label LLM traces in the terminal. Imports nothing, so that every front door starts fast."""

__version__ = "0.2.0"
