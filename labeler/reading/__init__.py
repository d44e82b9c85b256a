"""From raw span payloads to a conversation to a document. Pure: no input or output, no screen."""
