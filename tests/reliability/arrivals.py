"""The order in which a server's database took assessments in, written down by a trigger in the database itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import sqlalchemy

_TRIGGERS = {
    "postgresql": (
        "CREATE TABLE arrivals (number bigserial PRIMARY KEY, assessment_id text, trace_id text, reviewer text)",
        """
        CREATE FUNCTION note_arrival() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO arrivals (assessment_id, trace_id, reviewer)
            VALUES (NEW.assessment_id, NEW.trace_id, NEW.source_id);
            RETURN NEW;
        END $$
        """,
        "CREATE TRIGGER arrivals AFTER INSERT ON assessments FOR EACH ROW EXECUTE FUNCTION note_arrival()",
    ),
    "sqlite": (
        "CREATE TABLE arrivals (number INTEGER PRIMARY KEY AUTOINCREMENT, assessment_id, trace_id, reviewer)",
        """
        CREATE TRIGGER arrivals AFTER INSERT ON assessments BEGIN
            INSERT INTO arrivals (assessment_id, trace_id, reviewer)
            VALUES (NEW.assessment_id, NEW.trace_id, NEW.source_id);
        END
        """,
    ),
}


def note_arrivals(store: str) -> None:
    """Begin to write them down in the MLflow database at `store`, a SQLAlchemy address."""
    engine = sqlalchemy.create_engine(store)
    with engine.begin() as database:
        for statement in _TRIGGERS[engine.dialect.name]:
            database.exec_driver_sql(statement)
    engine.dispose()


def arrivals(store: str) -> dict[tuple[str, str], list[str]]:
    """The assessments that came, by reviewer and trace ID, each at its first coming. Deleted ones are among them."""
    engine = sqlalchemy.create_engine(store)
    came: dict[tuple[str, str], list[str]] = defaultdict(list)
    with engine.connect() as database:
        rows = database.exec_driver_sql("SELECT assessment_id, trace_id, reviewer FROM arrivals ORDER BY number")
        for assessment_id, trace_id, reviewer in rows:
            if assessment_id not in came[reviewer, trace_id]:
                came[reviewer, trace_id].append(assessment_id)
    engine.dispose()
    return dict(came)


def out_of_order(came: Mapping[tuple[str, str], Sequence[str]], sent: Mapping[tuple[str, str], Sequence[str]]) -> int:
    """How many assessments came before one that was to come earlier, by reviewer and trace.

    `sent` is the order of the journals. One that came without having been sent counts too.
    """
    wrong = 0
    for place, ids in came.items():
        order = {assessment_id: number for number, assessment_id in enumerate(sent.get(place, ()))}
        highest = -1
        for assessment_id in ids:
            number = order.get(assessment_id, -1)
            wrong += number <= highest
            highest = max(highest, number)
    return wrong
