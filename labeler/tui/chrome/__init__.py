"""What surrounds the document: status line, header, rules, key line."""
