"""The screens beside the review and the outbox: the start, help, pictures, a terminal too small."""
