"""The learned model in use: read from its row once, and again only when another is in use.

A row that cannot be read is said in the log, and documents are told by cues: post does not stop for it. Which
model told a type is kept with every suggestion.
"""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from edrms.errors import Damaged
from scanning.indexing.linear_model import LinearModel
from scanning.indexing.tables import TypeModel
from scanning.indexing.telling import LearnedTypes

log = logging.getLogger("edrms.indexing")
_loaded: dict[str, LinearModel] = {}  # by the hash of its bytes: at most one, the newest asked for


def learned_types(session: Session) -> LearnedTypes | None:
    """What was learned last and is in use; None where the cues alone tell types."""
    wanted = select(TypeModel.number, TypeModel.sha256, TypeModel.thresholds)
    row = session.execute(wanted.where(TypeModel.is_active)).first()
    if row is None:
        return None
    try:
        model = _loaded.get(row.sha256) or _load(session, row.number, row.sha256)
    except Damaged as error:
        log.error("type_model_damaged", extra={"model": row.number, "cause": error.error_code})
        return None
    return LearnedTypes(f"learned/{row.number}", model, dict(row.thresholds))


def _load(session: Session, number: int, sha256: str) -> LinearModel:
    wanted = select(TypeModel).where(TypeModel.number == number).options(undefer(TypeModel.weights))
    stored = session.scalars(wanted).one()
    model = LinearModel.from_bytes(stored.weights or b"")
    _loaded.clear()
    _loaded[sha256] = model
    return model
