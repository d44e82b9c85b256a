"""What in a message is no text: where its bytes are, of what type they are, and how large a picture is."""
