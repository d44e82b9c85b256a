"""What can be shown about a trace besides its conversation, a document a view."""
