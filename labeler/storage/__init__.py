"""Guarding an SQLite file: whether what lies at its path is what is open."""
