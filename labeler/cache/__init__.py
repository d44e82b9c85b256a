"""Traces and attachments kept near, so that a review needs no network. Disposable: losing it costs a download."""
