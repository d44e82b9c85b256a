"""Every error code that MLflow has, in the words and with the status that MLflow's own code gives it."""

from __future__ import annotations

from typing import Final

import pytest
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from labeler.backends.base import (
    AlreadyThere,
    Ambiguous,
    BackendError,
    Forbidden,
    MissingTarget,
    NotABackend,
    Refused,
    Unreachable,
)
from labeler.backends.mlflow.failures import Server, ServerAnswer, failure

MEANINGS: Final[dict[str, type[BackendError]]] = {
    "BAD_REQUEST": Refused,
    "INVALID_PARAMETER_VALUE": Refused,
    "ALREADY_EXISTS": AlreadyThere,
    "RESOURCE_ALREADY_EXISTS": AlreadyThere,
    "NOT_FOUND": MissingTarget,
    "RESOURCE_DOES_NOT_EXIST": MissingTarget,
    "CUSTOMER_UNAUTHORIZED": Forbidden,
    "PERMISSION_DENIED": Forbidden,
    "UNAUTHENTICATED": Forbidden,
    "ENDPOINT_NOT_FOUND": NotABackend,
    "FEATURE_DISABLED": NotABackend,
    "NOT_IMPLEMENTED": NotABackend,
    "REQUEST_LIMIT_EXCEEDED": Unreachable,
    "RESOURCE_EXHAUSTED": Unreachable,
}
"""What the codes mean that mean something; every other one is a failure of the server's, to be tried again."""

NOT_NOW: Final = {
    "COULD_NOT_ACQUIRE_LOCK",
    "DEADLINE_EXCEEDED",
    "SERVICE_UNDER_MAINTENANCE",
    "TEMPORARILY_UNAVAILABLE",
    "WORKSPACE_TEMPORARILY_UNAVAILABLE",
}
"""Failures that say that the server is away for now, whatever it was asked."""


def meaning(code: str, message: str, content_type: str = "application/json") -> BackendError:
    error = MlflowException(message, error_code=ErrorCode.Value(code))
    answer = ServerAnswer(
        error.get_http_status_code(), {"content-type": content_type}, error.serialize_as_json().encode()
    )
    return failure(answer, Server("http://harbour.example", None))


@pytest.mark.parametrize("code", sorted(ErrorCode.keys()))
def test_what_an_error_code_of_mlflow_means(code: str) -> None:
    error = meaning(code, "the mooring is taken")
    assert isinstance(error, MEANINGS.get(code, Ambiguous))
    if isinstance(error, Ambiguous):
        assert error.server_answered is (code not in NOT_NOW)
    assert str(error).startswith(("http://harbour.example ", "the mooring is taken"))


@pytest.mark.parametrize(
    "message",
    [
        "(sqlite3.IntegrityError) UNIQUE constraint failed: assessments.assessment_id",
        "(psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint",
        "(pymysql.err.IntegrityError) (1062, \"Duplicate entry 'a-1' for key 'assessments.PRIMARY'\")",
        "Failed to create assessment due to a constraint violation",
    ],
)
@pytest.mark.parametrize("code", ["BAD_REQUEST", "INTERNAL_ERROR"])
def test_an_id_that_is_taken_is_never_taken_for_a_bad_value(code: str, message: str) -> None:
    assert isinstance(meaning(code, message), AlreadyThere)


@pytest.mark.parametrize(
    "message",
    [
        "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
        "(psycopg2.errors.ReadOnlySqlTransaction) cannot execute INSERT in a read-only transaction",
        "(psycopg2.InterfaceError) connection already closed",
        "(sqlite3.DatabaseError) database disk image is malformed",
    ],
)
def test_a_database_that_is_down_is_not_held_against_the_answer_though_mlflow_says_bad_request(message: str) -> None:
    error = meaning("BAD_REQUEST", message)
    assert isinstance(error, Ambiguous)
    assert not error.server_answered
    assert isinstance(meaning("BAD_REQUEST", "(psycopg2.errors.StringDataRightTruncation) value too long"), Refused)
