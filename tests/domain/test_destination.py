"""Destinations: one spelling for one backend, however it was named; reviewers likewise."""

from __future__ import annotations

import pytest

from labeler.domain.assessment import same_reviewer
from labeler.domain.destination import canonical_uri, origin


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("http://LocalHost:5000/", "http://localhost:5000"),
        ("HTTPS://User:secret@Track.Example.ORG:443/mlflow/", "https://track.example.org/mlflow"),
        ("http://host:80", "http://host"),
        ("http://host:443", "http://host:443"),
        ("https://host/Path/Kept", "https://host/Path/Kept"),
        ("http://[::1]:5000/", "http://[::1]:5000"),
        ("local:3f2a", "local:3f2a"),
        ("sqlite:////data/MLflow.db", "sqlite:////data/MLflow.db"),
        ("databricks://PROFILE", "databricks://PROFILE"),
    ],
)
def test_a_backend_has_one_spelling(written: str, canonical: str) -> None:
    assert canonical_uri(written) == canonical
    assert canonical_uri(canonical) == canonical


def test_credentials_are_bound_to_scheme_host_and_port() -> None:
    assert origin("https://me@Host:8443/a/b?c") == "https://host:8443"


def test_reviewers_are_compared_trimmed_and_in_lower_case() -> None:
    assert same_reviewer(" Rhea.K ", "rhea.k")
    assert not same_reviewer("rhea.k", "rhea")
