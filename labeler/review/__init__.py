"""The rules of a review, pure: what an action changes, and what a change does. No clock, no input or output."""
