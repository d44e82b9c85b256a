"""The local append-only record of everything the reviewer did, and the outbox derived from it."""
