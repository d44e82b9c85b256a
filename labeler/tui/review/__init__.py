"""The review screen and its widgets: worklist, trace, questions, and the keys that move between them."""
