"""Views of a trace beside its conversation: spans, retrieved documents, session, metadata, exact JSON; copying."""
