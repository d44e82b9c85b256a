"""Traces and attachments already fetched. Disposable and capped: losing it costs time, never work."""
