"""JSON for people and for programs: laid out to be read, outlined, and exported exactly."""
