"""Opens, locks, copies and guards SQLite files, and works on them on a thread of their own."""
