"""The outbox: what is waiting, parked or refused, looked through over the review."""
