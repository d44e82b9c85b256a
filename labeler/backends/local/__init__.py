"""The embedded backend: traces and labels in one SQLite file, without a server."""
