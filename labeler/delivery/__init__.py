"""From the outbox to the backend, each answer once; and from the backend to the cache, ahead of need."""
