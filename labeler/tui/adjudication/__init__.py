"""The screen on which a lead decides about what reviewers of a sprint disagree on."""
