"""Settings: flags over environment over `labeler.toml` over `config.toml` over defaults, each with its origin."""
