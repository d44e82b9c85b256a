"""What a terminal sends, put together again: keys, whole escape sequences, pasted text, each with when it came."""
