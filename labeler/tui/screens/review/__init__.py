"""The review screen: worklist, document, questions, and the keys that move between them."""
