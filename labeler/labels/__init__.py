"""Label files: JSON Lines and CSV, in and out."""
