"""Servers for tests: real MLflow, filled with recorded traces, and a proxy that breaks connections on purpose."""
