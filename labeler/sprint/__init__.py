"""A lead's work on an annotation sprint: its plan, who gets which items, and how far it is."""
