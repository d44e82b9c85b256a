"""Where traces come from and labels go."""
