"""Opening a desk: the review as the journal has it, with its questions."""

from __future__ import annotations

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk
from labeler.desk.drafts import kept_comments
from labeler.desk.filter_json import filter_from_json
from labeler.desk.history_loader import AT_ONCE, Past
from labeler.desk.remote import OFFLINE, Remote
from labeler.desk.restore import restore
from labeler.domain.assessment import person
from labeler.domain.destination import Destination
from labeler.domain.question import Question
from labeler.domain.question_json import questions_from_json, questions_to_json
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import ReviewRecord
from labeler.review.criteria import OF_OTHERS
from labeler.review.queue_items import QueueItems
from labeler.review.state import Rules


async def open_desk(
    record: ReviewRecord,
    questions: tuple[Question, ...],
    rules: Rules,
    journal: AsyncJournal,
    cache: AsyncCache,
    remote: Remote = OFFLINE,
    *,
    changes_at_once: int = AT_ONCE,
) -> Desk:
    """Open the desk of a review where it was left.

    `remote` is its side of the backend. `changes_at_once`: how many of the review's changes are read at a time.
    """
    spec = record.spec
    rows = await journal.run(journal.reviews.items, record.id)
    past = await Past.open(record.id, journal, changes_at_once)
    states = await journal.run(journal.reviews.states, record.id)
    experiments = {*spec.experiment_ids, *(row.experiment_id for row in rows)}
    homes = [Destination(spec.backend_uri, spec.workspace, each) for each in sorted(experiments)]
    cells = await journal.run(journal.changes.answers, homes, spec.reviewer, spec.sprint)
    drafts = await journal.run(journal.reviews.drafts, record.id)
    aside = await journal.run(journal.reviews.set_aside, record.id)
    queue = QueueItems({person(spec.reviewer)}, is_mine_alone=bool(spec.sprint))
    state = restore(questions, rules, rows, states, cells, record.position, queue, aside)
    if record.filter is not None:
        kept = filter_from_json(record.filter, state.index_of)
        is_hidden = kept is not None and state.is_blind and kept.criterion.kind in OF_OTHERS
        state.show_only(None if is_hidden else kept)
    state.kept_comments = kept_comments(drafts)
    state.history = past.history
    desk = Desk(record, state, past, cells, drafts, journal, cache, remote)
    state.drafts = desk.drafts.slots
    await desk.open()
    return desk


async def remember_questions(record: ReviewRecord, questions: tuple[Question, ...], journal: AsyncJournal) -> None:
    """Store the questions of a review, so that it can go on without a network."""
    await journal.run(journal.reviews.save_questions, record.id, questions_to_json(questions))


async def remembered_questions(record: ReviewRecord, journal: AsyncJournal) -> tuple[Question, ...] | None:
    """Return the questions that the review asked when it was last begun with a network; None if it never was."""
    kept = await journal.run(journal.reviews.questions, record.id)
    return None if kept is None else questions_from_json(kept)
