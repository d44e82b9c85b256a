"""What can go wrong with the journal, each as a sentence for the reviewer."""

from __future__ import annotations


class JournalError(Exception):
    """Base of the journal's errors. The message is a sentence: what happened, what is safe, what to do."""


class JournalNewer(JournalError):
    """A later version of labeler wrote this journal. Nothing was changed."""


class JournalUnusable(JournalError):
    """The journal cannot be opened, read or written here at all."""


class JournalUnwritable(JournalUnusable):
    """The journal cannot be written here. It may still be read as it is: `reason` says why no more than that."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class JournalWriteFailed(JournalError):
    """A change could not be committed. Nothing of it was stored; it can be tried again."""
