"""Settings: flags, environment, labeler.toml, config.toml, defaults."""
