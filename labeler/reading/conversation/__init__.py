"""From a trace's spans to a conversation: which span to read, what it holds, and how calls meet their results."""
