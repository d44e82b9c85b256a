"""The wire: what backends and files send, decoded to one model before anybody looks for a conversation."""
