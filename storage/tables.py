"""
Every table, once. Times are UTC; days are dates in Viet Nam; ids are made by the database; codes are the union's.

`Uid` is a 64-bit integer (SQLite's rowid). Folded and sort columns are computed in Python (`learning.text`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy import DateTime as SqlDateTime

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Uid = BigInteger().with_variant(Integer, "sqlite")
# Keys of `learning.text.sort_key` sort by code point on every database.
SortKey = Text().with_variant(Text(collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware to UTC; SQLite stores it without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, aware."""
        del dialect
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _id() -> Column[int]:
    return Column("id", Uid, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False, pk: bool = False) -> Column[int]:
    return Column(name, Uid, ForeignKey(target), nullable=nullable and not pk, index=index, primary_key=pk)


def _table(name: str, *items: Any, **options: Any) -> Table:
    return Table(
        name,
        metadata,
        *items,
        sqlite_autoincrement=any(c.name == "id" for c in items if isinstance(c, Column)),
        **options,
    )


# True of a unit that is no tổ; written so in every query that is to use an index of those alone.
ABOVE_GROUPS = "unit_type NOT IN ('TO_CD', 'TO_ND')"

# --- the organisation -------------------------------------------------------------------------------------------------

org_unit = _table(
    "org_unit",
    _id(),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("name_fold", Text, nullable=False),
    Column("sort_name", SortKey, nullable=False),
    Column("unit_type", String(20), nullable=False),
    _ref("parent_id", "org_unit.id", nullable=True, index=True),
    _ref("manager_id", "org_unit.id", nullable=True, index=True),  # who manages, apart from who is above
    Column("sector", String(20)),  # nha_nuoc | ngoai_nha_nuoc | su_nghiep
    Column("member_count", Integer),
    Column("member_count_on", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("recorded_at", Instant, nullable=False),
    Index(  # all that a search looks at and orders by, without the tổ, of which there are many times as many
        "ix_org_unit_search",
        "sort_name",
        "id",
        "name_fold",
        "code",
        "unit_type",
        "valid_to",
        sqlite_where=text(ABOVE_GROUPS),
        postgresql_where=text(ABOVE_GROUPS),
    ),
)

unit_closure = _table(
    "unit_closure",
    _ref("ancestor_id", "org_unit.id", pk=True),
    _ref("unit_id", "org_unit.id", pk=True),
    Column("depth", SmallInteger, nullable=False),  # 0: the unit itself
    Index("ix_unit_closure_unit", "unit_id", "depth"),
)

unit_history = _table(
    "unit_history",  # what was true of a unit before a change; nothing that was counted is overwritten
    _id(),
    _ref("unit_id", "org_unit.id", index=True),
    Column("before", JSON, nullable=False),
    Column("until", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

person = _table(
    "person",
    _id(),
    Column("code", String(40), unique=True),
    Column("full_name", String(120), nullable=False),
    Column("name_fold", Text, nullable=False, index=True),
    Column("sort_name", SortKey, nullable=False),
    Column("phone", String(16), index=True),  # E.164
    Column("is_female", Boolean),
    Column("recorded_at", Instant, nullable=False),
)

position = _table(
    "position",
    _id(),
    _ref("person_id", "person.id", nullable=True, index=True),  # None: a vacant post
    _ref("unit_id", "org_unit.id", index=True),
    Column("role", String(20), nullable=False),  # learning.roles.Role
    Column("track", String(1), nullable=False),  # learning.roles.Track
    Column("is_full_time", Boolean, nullable=False, default=False),
    Column("elected_on", Date),
    Column("is_first_term", Boolean, nullable=False, default=False),
    Column("term_ends_on", Date),
    Column("shift", String(20)),
    Column("receives_reports", Boolean, nullable=False, default=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # first day on which the person no longer holds it
    Column("recorded_at", Instant, nullable=False),
    Index(
        "ix_position_reports",
        "unit_id",
        sqlite_where=text("receives_reports"),
        postgresql_where=text("receives_reports"),
    ),
)

# --- doors, consent, preferences --------------------------------------------------------------------------------------

endpoint = _table(
    "endpoint",  # a bot or an OA
    _id(),
    Column("channel", String(20), nullable=False),
    Column("external_id", String(64), nullable=False),
    Column("name", String(64)),
    Column("tokens", Float, nullable=False, default=0.0),  # the bulk lane's bucket
    Column("refilled_at", Instant),
    Column("blocked_until", Instant),
    UniqueConstraint("channel", "external_id"),
)

account = _table(
    "account",  # a person's door; made when they agree, never before
    _id(),
    _ref("endpoint_id", "endpoint.id"),
    Column("external_id", String(64), nullable=False),
    _ref("person_id", "person.id", nullable=True, index=True),  # None: agreed, not yet matched to the roster
    _ref("unit_id", "org_unit.id", nullable=True),  # the unit whose QR was followed, until matched
    Column("is_open", Boolean, nullable=False, default=True),
    Column("closed_reason", String(40)),
    Column("opened_at", Instant, nullable=False),
    Column("last_word_at", Instant),
    Column("awaits", String(40)),  # the free text that is awaited
    Column("awaits_data", JSON),
    UniqueConstraint("endpoint_id", "external_id"),
)

consent = _table(
    "consent",
    _id(),
    _ref("account_id", "account.id", index=True),
    _ref("person_id", "person.id", nullable=True, index=True),
    Column("text_version", String(20), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)

learner = _table(
    "learner",  # a person who agreed
    _ref("person_id", "person.id", pk=True),
    Column("joined_at", Instant, nullable=False),
    Column("hour", String(10)),  # learning.calendar.DayPart; None: not chosen yet
    Column("shift", String(20)),
    Column("rotates", Boolean, nullable=False, default=False),  # on rotating shifts: asked every Sunday evening
    Column("rhythm", String(10), nullable=False, server_default="mwf"),
    Column("paused_until", Instant),
    Column("reminders_off", Boolean, nullable=False, default=False),
    Column("ladder", SmallInteger, nullable=False, default=0),  # reminders since the last word
    Column("last_word_at", Instant),
    Column("silence_settled_at", Instant),  # Đã xử lý: of the silence since the last word before it
    Column("last_lesson_at", Instant),  # when the last lesson was offered
    Column("next_due_at", Instant),  # when the clock must look at this learner again; None: never by itself
    Column("next_kind", String(12)),  # what is due then (learning.rhythm.Nudge); None: nobody has decided since
    _ref("reply_account_id", "account.id", nullable=True),  # the door last used
    Column("digest_waits", Instant),  # the cut-off of a digest that could not be sent, shown with the next answer
    Index("ix_learner_due", "next_due_at", "person_id"),
)

invite_code = _table(
    "invite_code",
    _id(),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("purpose", String(10), nullable=False),  # join | link
    _ref("person_id", "person.id", index=True),
    _ref("unit_id", "org_unit.id", nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)

guess_counter = _table(
    "guess_counter",  # wrong codes; the key is a hash of endpoint and account, kept ten minutes
    Column("who_hash", LargeBinary(32), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("tries", SmallInteger, nullable=False),
)

join_request = _table(
    "join_request",
    _id(),
    _ref("account_id", "account.id", index=True),
    _ref("unit_id", "org_unit.id", index=True),
    Column("said_name", String(120), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    _ref("decided_by", "person.id", nullable=True),
    _ref("person_id", "person.id", nullable=True),  # whom the chair recognised
)

change_request = _table(
    "change_request",  # "Báo thay đổi"
    _id(),
    _ref("by_person_id", "person.id", index=True),
    _ref("unit_id", "org_unit.id", index=True),
    Column("kind", String(20), nullable=False),  # nghi_viec | thoi_chuc | nguoi_moi | sai_don_vi
    _ref("position_id", "position.id", nullable=True),
    Column("said", String(300)),
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    _ref("decided_by", "person.id", nullable=True),
    Column("accepted", Boolean),
)

sign_in = _table(
    "sign_in",  # a browser asks to be signed in; the person says yes or no in their own chat
    _id(),
    Column("browser_hash", LargeBinary(32), nullable=False, unique=True),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("number", String(2), nullable=False),  # shown on both screens
    Column("agent", String(60), nullable=False),
    Column("address", String(45), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    _ref("person_id", "person.id", nullable=True, index=True),  # who opened it in their chat, the first alone
    Column("decided_at", Instant),
    Column("accepted", Boolean),
    Column("used_at", Instant),
)

web_session = _table(
    "web_session",  # a browser that is signed in to the dashboard; of its cookie only the hash is kept
    _id(),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    _ref("person_id", "person.id", index=True),
    Column("agent", String(60), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
)

roster_upload = _table(
    "roster_upload",  # a list that an officer sent in, between its dry run and the import
    _id(),
    _ref("person_id", "person.id", index=True),
    _ref("unit_id", "org_unit.id"),
    Column("file_name", String(120), nullable=False),
    Column("kind", String(10), nullable=False, server_default="roster"),  # storage.uploads.Kind
    Column("body", LargeBinary, nullable=False),  # its rows as compressed JSON
    Column("replaces", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

# --- learning ---------------------------------------------------------------------------------------------------------

content_version = _table(
    "content_version",  # what was published, kept so that an old attempt can be read
    Column("lesson_id", String(20), primary_key=True),
    Column("version", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
)

learner_course = _table(
    "learner_course",  # enrolment: a person in a chuyên đề; written in the tap's own transaction
    _ref("person_id", "person.id", pk=True),
    Column("module_id", String(20), primary_key=True),
    Column("cycle", SmallInteger, primary_key=True, server_default="1"),
    Column("version", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("lessons_done", SmallInteger, nullable=False, default=0),
    Column("lessons_total", SmallInteger, nullable=False),
    Column("best_percent", SmallInteger),
    Column("completed_at", Instant),
    Index("ix_learner_course_completed", "module_id", "completed_at"),
)

lesson_run = _table(
    "lesson_run",  # one sitting through a lesson, a final test or a review
    _id(),
    _ref("person_id", "person.id"),
    Column("kind", String(10), nullable=False),  # lesson | test | review
    Column("module_id", String(20), nullable=False),
    Column("lesson_id", String(20), nullable=False),
    Column("version", String(16), nullable=False),
    Column("state", JSON, nullable=False),  # learning.lesson.Progress
    Column("is_pushed", Boolean, nullable=False, default=False),  # came unasked: it is started with the first tap
    Column("opened_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("right_first", SmallInteger),
    Column("asked", SmallInteger),
    Index(
        "uq_lesson_run_open",
        "person_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index("ix_lesson_run_person", "person_id", "lesson_id", "finished_at"),
)

attempt = _table(
    "attempt",  # one question put to one person
    _id(),
    _ref("run_id", "lesson_run.id"),
    _ref("person_id", "person.id"),
    Column("question_id", String(30), nullable=False),
    Column("version", String(16), nullable=False),
    Column("place", SmallInteger, nullable=False),  # its step in the run
    Column("is_first", Boolean, nullable=False),  # first answers count, repeats teach
    Column("choice_order", String(8), nullable=False),  # stable keys in the order shown
    Column("shown_at", Instant, nullable=False),
    Column("chosen", String(20)),  # keys of choices, a number, or one of the marks of learning.grading
    Column("is_right", Boolean),
    Column("answered_at", Instant),
    UniqueConstraint("run_id", "place"),
    Index("ix_attempt_person_question", "person_id", "question_id"),
)

drill_run = _table(
    "drill_run",  # one talk of a drill (tình huống); part of no figure
    _id(),
    _ref("person_id", "person.id"),
    Column("drill_id", String(10), nullable=False),
    Column("version", String(16), nullable=False),
    Column("state", JSON, nullable=False),  # the keys of the replies given
    Column("opened_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("points", SmallInteger),  # reached, of `full`, when it is finished
    Column("full", SmallInteger),
    Index(
        "uq_drill_run_open",
        "person_id",
        "drill_id",
        unique=True,
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index("ix_drill_run_person", "person_id", "drill_id"),
)

recognition = _table(
    "recognition",  # được công nhận ĐTBD
    _id(),
    _ref("person_id", "person.id", index=True),
    Column("module_id", String(20), nullable=False),  # learning.recognition.OTHER: none of the assistant's
    Column("topic", String(200), nullable=False, server_default=""),  # what was taught, where it is no module
    Column("kind", String(20), nullable=False),  # learning.recognition.Kind
    Column("held_on", Date, nullable=False),
    Column("hours", Float),
    _ref("by_unit_id", "org_unit.id"),
    Column("document", String(120), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    _ref("entered_by_unit_id", "org_unit.id", nullable=True),  # for which unit an officer entered it on the dashboard
    Index(  # the same class of the same person counts once
        "uq_recognition_once", "person_id", "held_on", "module_id", "kind", "by_unit_id", "topic", unique=True
    ),
    Index("ix_recognition_by_unit_id", "by_unit_id", "held_on"),
)

recognition_decision = _table(
    "recognition_decision",  # a union decided that the assistant's courses count for its cadres
    _id(),
    _ref("unit_id", "org_unit.id"),
    Column("document", String(120), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # first day on which completing a course counts no more
    Column("recorded_at", Instant, nullable=False),
    Index(
        "uq_recognition_decision_open",
        "unit_id",
        unique=True,
        sqlite_where=text("valid_to IS NULL"),
        postgresql_where=text("valid_to IS NULL"),
    ),
)

trainer_assignment = _table(
    "trainer_assignment",  # who trains the chairs of these CĐCS, where a union decided otherwise than the rule
    _id(),
    _ref("unit_id", "org_unit.id", index=True),  # a CĐCS, or a unit that is above or manages the CĐCS meant
    _ref("owner_id", "org_unit.id"),
    Column("level", String(20), nullable=False),  # learning.trainers.Level whose duty this is
    Column("document", String(120), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("recorded_at", Instant, nullable=False),
)

training_year = _table(
    "training_year",  # plan and spending of a unit in a calendar year; money in đồng
    _ref("unit_id", "org_unit.id", pk=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("planned_classes", Integer),
    Column("planned_people", Integer),
    Column("planned_cost", BigInteger),
    Column("held_classes", Integer),
    Column("held_people", Integer),
    Column("spent_on_training", BigInteger),
    Column("spent_in_all", BigInteger),  # total spending on activities
    Column("recorded_at", Instant, nullable=False),
)

office_change = _table(
    "office_change",  # what officers entered or took back on the dashboard, and who
    _id(),
    _ref("unit_id", "org_unit.id"),
    _ref("by_person_id", "person.id", nullable=True, index=True),  # None: erased since
    Column("kind", String(20), nullable=False),  # storage.office_changes.Kind
    Column("year", SmallInteger),  # of a plan
    _ref("about_person_id", "person.id", nullable=True),  # whose class was taken back
    Column("said", JSON, nullable=False),  # before and after, or what it was
    Column("recorded_at", Instant, nullable=False),
    Index("ix_office_change_unit_id", "unit_id", "id"),
)

erased_credit = _table(
    "erased_credit",  # what erased persons had completed, as counts of posts
    _ref("unit_id", "org_unit.id", pk=True),
    Column("role", String(20), primary_key=True),
    Column("module_id", String(20), primary_key=True),
    Column("completed", Integer, nullable=False),
)

# --- numbers ----------------------------------------------------------------------------------------------------------

COUNTS = ("posts", "joined", "started", "completed", "recognised")


def _counts(prefix: str) -> list[Column[int]]:
    return [Column(f"{prefix}{name}", Integer, nullable=False, server_default="0") for name in COUNTS]


unit_rollup = _table(
    "unit_rollup",  # posts by unit and chức danh: the unit's own, and with everything below it
    _ref("unit_id", "org_unit.id", pk=True),
    Column("role", String(20), primary_key=True),
    *_counts("own_"),
    *_counts("all_"),
)

rollup_dirty = _table(
    "rollup_dirty",  # appended in the tap's transaction, folded within seconds; naming nobody: the tree has changed
    _id(),
    _ref("person_id", "person.id", nullable=True),
    _ref("unit_id", "org_unit.id", nullable=True),
)

snapshot = _table(
    "snapshot",  # the figures of a unit at a cut-off, as they were sent
    _ref("unit_id", "org_unit.id", pk=True),
    Column("cut_off", Instant, primary_key=True),
    Column("role", String(20), primary_key=True),
    *_counts("own_"),
    *_counts("all_"),
    Column("taken_at", Instant, nullable=False),
)

target_snapshot = _table(
    "target_snapshot",  # the targets of a unit above the CĐCS at a cut-off
    _ref("unit_id", "org_unit.id", pk=True),
    Column("cut_off", Instant, primary_key=True),
    Column("key", String(8), primary_key=True),  # learning.targets.Target.key
    Column("numerator", Integer, nullable=False),
    Column("denominator", Integer, nullable=False),  # of T8, which has none, the chuyên đề begun
    Column("taken_at", Instant, nullable=False),
)

closed_snapshot = _table(
    "closed_snapshot",  # posts of a unit above the CĐCS that Zalo did not let one write to at a cut-off
    _ref("unit_id", "org_unit.id", pk=True),
    Column("cut_off", Instant, primary_key=True),
    Column("posts", Integer, nullable=False),
    Column("taken_at", Instant, nullable=False),
)

item_figure = _table(
    "item_figure",  # each question's first answers, as they were added up in the night; nobody's in particular
    Column("question_id", String(30), primary_key=True),
    Column("answered", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("sums", JSON, nullable=False),  # learning.items.Sums, in the order of its fields
    Column("chosen", JSON, nullable=False),  # pairs: a choice's key, and how often it was taken
    Column("counted_at", Instant, nullable=False),
)

digest_sent = _table(
    "digest_sent",
    _ref("person_id", "person.id", pk=True),
    Column("cut_off", Instant, primary_key=True),
    Column("is_silent", Boolean, nullable=False),  # nothing new: no message
    Column("decided_at", Instant, nullable=False),
)

attention = _table(
    "attention",  # Đề nghị quan tâm: at most one to a unit in 7 days
    _id(),
    _ref("unit_id", "org_unit.id", index=True),
    _ref("by_person_id", "person.id"),
    Column("asked_at", Instant, nullable=False),
    Column("reached", Integer, nullable=False),
)

sending_pause = _table(
    "sending_pause",  # Tạm dừng gửi: a unit and all below it hear nothing unasked
    _id(),
    _ref("unit_id", "org_unit.id"),
    _ref("by_person_id", "person.id", nullable=True),  # None: the operator
    Column("paused_at", Instant, nullable=False),
    Column("resumed_at", Instant),
    Index(
        "uq_sending_pause_unit",
        "unit_id",
        unique=True,
        sqlite_where=text("resumed_at IS NULL"),
        postgresql_where=text("resumed_at IS NULL"),
    ),
)
broadcast = _table(
    "broadcast",  # one message of a union to the learners of its subtree
    _id(),
    _ref("unit_id", "org_unit.id", index=True),
    _ref("by_person_id", "person.id", nullable=True),  # None: the operator
    Column("roles", JSON, nullable=False),  # learning.roles.Role values; empty: all
    Column("text", Text, nullable=False),
    Column("recipients", Integer, nullable=False),  # counted when it was confirmed
    Column("confirmed_at", Instant, nullable=False),
    Column("on_day", Date, nullable=False),  # the day in Viet Nam: at most one a day for a unit
    Column("queued_at", Instant),  # all of its deliveries are in the ledger
    Column("cancelled_at", Instant),
    Index("ix_broadcast_day", "on_day", "unit_id"),
)

# --- the running program ----------------------------------------------------------------------------------------------

inbound_update = _table(
    "inbound_update",  # the platform's own key of what came in, so that it counts once
    _ref("endpoint_id", "endpoint.id", pk=True),
    Column("key", String(80), primary_key=True),
    Column("received_at", Instant, nullable=False, index=True),
)

parked_update = _table(
    "parked_update",  # what a handler failed on, for the operator; no text that a person wrote
    _id(),
    _ref("endpoint_id", "endpoint.id"),
    Column("key", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("action", String(64)),
    Column("error", String(300), nullable=False),
    Column("at", Instant, nullable=False),
)

delivery = _table(
    "delivery",  # the ledger of what is sent
    _id(),
    _ref("endpoint_id", "endpoint.id"),
    _ref("account_id", "account.id"),
    Column("lane", String(4), nullable=False),  # live | bulk
    Column("kind", String(20), nullable=False),
    Column("unique_key", String(120), unique=True),
    Column("state", String(12), nullable=False),
    Column("reason", String(60)),
    _ref("broadcast_id", "broadcast.id", nullable=True),
    Column("subject", JSON),  # ids a bulk row is rendered from
    Column("payload", JSON),  # the message, once rendered
    Column("run_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("message_ref", String(64)),
    Column("sent_at", Instant),
    CheckConstraint("lane IN ('live', 'bulk')", name="lane"),
    CheckConstraint(
        "state IN ('queued', 'leased', 'sending', 'sent', 'failed', 'unknown', 'unsendable')", name="state"
    ),
    Index(
        "ix_delivery_claim",
        "endpoint_id",
        "run_at",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_delivery_lease",
        "lease_until",
        sqlite_where=text("state IN ('leased', 'sending')"),
        postgresql_where=text("state IN ('leased', 'sending')"),
    ),
    Index("ix_delivery_account", "account_id", "id"),
    Index(  # what is on its way to a chat, however much was sent before
        "ix_delivery_open",
        "account_id",
        sqlite_where=text("state IN ('queued', 'leased', 'sending')"),
        postgresql_where=text("state IN ('queued', 'leased', 'sending')"),
    ),
    Index(
        "ix_delivery_broadcast",
        "broadcast_id",
        "state",
        sqlite_where=text("broadcast_id IS NOT NULL"),
        postgresql_where=text("broadcast_id IS NOT NULL"),
    ),
)
zalo_token = _table(
    "zalo_token",  # an Official Account's pair; encrypted with a key that is not in the database
    Column("oa_id", String(40), primary_key=True),
    Column("access", LargeBinary, nullable=False),
    Column("refresh", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),  # the access token's end
    Column("obtained_at", Instant, nullable=False),
    Column("generation", Integer, nullable=False),  # one more with each pair
    Column("leased_until", Instant),  # somebody is spending the refresh token
    Column("lease", String(32)),  # who
    Column("lost_at", Instant),  # the platform no longer takes the refresh token
)

zalo_charge = _table(
    "zalo_charge",  # what each message counted as at Zalo; names nobody
    _id(),
    _ref("endpoint_id", "endpoint.id"),
    Column("delivery_id", Uid),  # no reference: it stays when the delivery is erased
    Column("counted_as", String(20), nullable=False),  # the platform's quota_type, or billed
    Column("on_day", Date, nullable=False),  # in Viet Nam
    Column("price", Integer),  # đồng, where the platform's answer says it
    Index("ix_zalo_charge_day", "endpoint_id", "on_day", "counted_as"),
)

zalo_upload = _table(
    "zalo_upload",  # pictures and files of ours that an Official Account holds; they serve for seven days
    _ref("endpoint_id", "endpoint.id", pk=True),
    Column("content_hash", LargeBinary(32), primary_key=True),  # SHA-256
    Column("reference", String(400), nullable=False),  # the platform's attachment_id, or its token of a file
    Column("expires_at", Instant, nullable=False),
)

zalo_spending = _table(
    "zalo_spending",  # the day's budget: what may cost something is reserved before it is sent
    _ref("endpoint_id", "endpoint.id", pk=True),
    Column("on_day", Date, primary_key=True),
    Column("reserved", Integer, nullable=False),
)

job = _table(
    "job",  # work for later, on SQLite; on PostgreSQL PgQueuer's own tables hold it
    _id(),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("unique_key", String(120)),  # one of a key waits or runs at a time
    Column("state", String(8), nullable=False),
    Column("priority", SmallInteger, nullable=False, default=0),  # the higher goes first
    Column("run_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("error", String(60)),
    CheckConstraint("state IN ('queued', 'running', 'held')", name="state"),
    Index(
        "uq_job_unique_key",
        "unique_key",
        unique=True,
        sqlite_where=text("state <> 'held'"),
        postgresql_where=text("state <> 'held'"),
    ),
    Index("ix_job_due", "state", "priority", "run_at", "id"),
)

plan_run = _table(
    "plan_run",  # each slot of the clock, once
    Column("job", String(40), primary_key=True),
    Column("slot", Instant, primary_key=True),
    Column("ran_at", Instant, nullable=False),
)

search_miss = _table(
    "search_miss",  # what was looked up and not found, without who asked
    Column("term", String(60), primary_key=True),  # folded, no long numbers: learning.lookups
    Column("day", Date, primary_key=True),
    Column("number", Integer, nullable=False),
)

holiday_override = _table(
    "holiday_override",  # what the Prime Minister decided for a year, over the package's rules
    Column("day", Date, primary_key=True),
    Column("is_off", Boolean, nullable=False),
    Column("name", String(120), nullable=False),
    Column("source", String(120), nullable=False),
)

setting = _table(
    "setting",
    Column("key", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
)
