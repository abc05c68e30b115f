"""Joining: by a one-time code, or by a unit's QR and then one's own phone contact or the chair's word."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from channels.messages import Kind, PersonId, UnitId
from handlers import study, words
from handlers.actions import Agree
from handlers.context import Context, Notice, Visitor
from learning import codes
from learning.calendar import day_of
from learning.text import clean, fold
from roster.phones import to_e164
from storage import accounts, joining, learners, outbox, rollup, units

if TYPE_CHECKING:
    from channels.messages import ContactShared, Message
    from handlers.actions import Recognise
    from storage.accounts import Account

_UNIT_LINK = re.compile(r"unit-(\d{1,15})")
_TYPED = re.compile(rf"{words.AGREE_TYPED}(?: don vi (?P<unit>\d{{1,15}})| (?P<code>.+))?")
MOST_NAME = 120
FEWEST_NAME_WORDS = 2


def unit_payload(unit_id: int) -> str:
    """What a unit's link and QR carry."""
    return f"unit-{unit_id}"


# --- before agreeing: nothing is kept ---------------------------------------------------------------------------------


async def arrive(who: Visitor, payload: str) -> list[Message]:
    """The chat was opened, by a link or not; or a code was typed."""
    if unit := _UNIT_LINK.fullmatch(payload):
        name = await joining.unit_name(who.conn, UnitId(int(unit[1])))
        if name is None:
            return [words.unit_unknown()]
        return [await _consent(who, "u", unit[1], name)]
    if not payload and who.capabilities.joins_by_phone:
        return [await _consent(who, "p", "", None)]
    if not payload:
        return [words.welcome_stranger(who.installation, has_links=who.capabilities.has_links)]
    found = await _find(who, payload)
    if isinstance(found, list):
        return found
    if found.purpose == "link":
        return await _enter(who, found)
    letters = codes.normal(payload)
    return [await _consent(who, "c", letters or "", found.unit_name)]


async def _consent(who: Visitor, by: str, ref: str, unit_name: str | None) -> Message:
    asked = words.consent(who.installation, await _inviter(who), by, ref, unit_name)
    return words.typed_consent(asked, by, ref) if who.capabilities.max_buttons == 0 else asked


async def _inviter(who: Visitor | Context) -> str:
    """Who invites: as the installation says, else the union at its root."""
    if who.installation.invited_by:
        return who.installation.invited_by
    root = await units.root(who.conn, day_of(who.now))
    return root.name if root else "Công đoàn"


async def _find(who: Visitor | Context, typed: str) -> joining.Code | list[Message]:
    if not await joining.may_guess(who.conn, who.who_hash, who.now):
        return [words.too_many_tries()]
    letters = codes.normal(typed)
    found = await joining.find_code(who.conn, codes.digest(letters), who.now) if letters else None
    if found is None:
        await joining.count_guess(who.conn, who.who_hash, who.now)
        return [words.code_unknown()]
    return found


# --- agreeing ---------------------------------------------------------------------------------------------------------


def typed_agreement(text: str) -> Agree | None:
    """
    The agreement that was typed word for word, None for anything else.

    Nothing of a visitor is kept, so that a letter could not be traced to what it answers: the words carry it all.
    """
    said = _TYPED.fullmatch(fold(text))
    if said is None:
        return None
    if said["unit"]:
        return Agree(words.CONSENT_VERSION, "u", said["unit"])
    if not said["code"]:
        return Agree(words.CONSENT_VERSION, "p", "")
    letters = codes.normal(said["code"])
    return Agree(words.CONSENT_VERSION, "c", letters) if letters else None


async def agree(who: Visitor, action: Agree) -> list[Message]:
    """[Đồng ý]: from here on there is an account."""
    if action.version != words.CONSENT_VERSION:
        return await arrive(who, f"unit-{action.ref}" if action.by == "u" else action.ref)
    if action.by == "c":
        found = await _find(who, action.ref)
        return found if isinstance(found, list) else await _enter(who, found)
    if action.by == "p":
        return await (_open(who, None) if who.capabilities.joins_by_phone else arrive(who, ""))
    if not action.ref.isdigit() or await joining.unit_name(who.conn, UnitId(int(action.ref))) is None:
        return [words.unit_unknown()]
    return await _open(who, UnitId(int(action.ref)))


async def _open(who: Visitor, unit_id: UnitId | None) -> list[Message]:
    account_id = await accounts.open_door(
        who.conn, who.sender.endpoint, who.sender.external_id, unit_id=unit_id, now=who.now
    )
    await learners.record_consent(who.conn, account_id, None, words.CONSENT_VERSION, who.now)
    who.joined = await accounts.by_id(who.conn, account_id)
    return [_who_is_it(who)]


def _who_is_it(who: Visitor | Context) -> Message:
    account = who.joined if isinstance(who, Visitor) else who.account
    if who.capabilities.asks_contact and account is not None and account.unit_id is None:
        return words.phone_asked()  # no chair could say whose name it is
    return words.contact_asked() if who.capabilities.asks_contact else words.name_asked()


async def _enter(who: Visitor, code: joining.Code) -> list[Message]:
    if not await joining.use_code(who.conn, code.id, who.now):
        return [words.code_unknown()]
    account_id = await accounts.open_door(
        who.conn, who.sender.endpoint, who.sender.external_id, unit_id=None, now=who.now
    )
    opened = await accounts.by_id(who.conn, account_id)
    if opened is None:
        raise LookupError("the account that was just opened is not there")
    ctx = Context(
        conn=who.conn,
        now=who.now,
        library=who.library,
        installation=who.installation,
        holidays=who.holidays,
        account=opened,
        capabilities=who.capabilities,
    )
    return await settle(ctx, code.person_id, who)


async def settle(ctx: Context, person_id: PersonId, who: Visitor | None) -> list[Message]:
    """Say whose the door is; the first lesson follows at once, or the open one where it was left."""
    await accounts.set_person(ctx.conn, ctx.account.id, person_id)
    is_new = await learners.join(ctx.conn, person_id, ctx.account.id, text_version=words.CONSENT_VERSION, now=ctx.now)
    await rollup.mark_person(ctx.conn, person_id)
    settled = await accounts.by_id(ctx.conn, ctx.account.id)
    if settled is None:
        raise LookupError("the account that was just settled is not there")
    ctx.account = settled
    if who is not None:
        who.joined = settled
    name = settled.full_name or ""
    if not is_new:
        return [words.linked(name)]
    lesson = await study.resume(ctx)
    if ctx.changes:
        await learners.change(ctx.conn, person_id, **ctx.changes)
        ctx.changes.clear()
    return [words.agreed(name, await _inviter(ctx)), *lesson]


# --- agreed, not matched yet ------------------------------------------------------------------------------------------


async def take_contact(ctx: Context, contact: ContactShared) -> list[Message]:
    """A phone contact: only the sender's own counts, and only if it is one person's."""
    phone = to_e164(contact.phone)
    if not contact.is_own or phone is None:
        return [words.contact_not_own()]
    matches = await joining.by_phone(ctx.conn, ctx.account.unit_id, phone, day_of(ctx.now))
    if len(matches) != 1:
        return [words.contact_unmatched() if ctx.account.unit_id is not None else words.phone_unmatched()]
    messages = await settle(ctx, PersonId(matches[0][0]), None)
    return [replace(messages[0], drops_keyboard=True), *messages[1:]]


async def take_code(ctx: Context, typed: str) -> list[Message]:
    """The code on the paper, from somebody who has agreed by another way."""
    found = await _find(ctx, typed)
    if isinstance(found, list):
        return found
    if not await joining.use_code(ctx.conn, found.id, ctx.now):
        return [words.code_unknown()]
    return await settle(ctx, found.person_id, None)


async def ask_again(ctx: Context) -> list[Message]:
    """Something else was said while it is not known who it is."""
    return [_who_is_it(ctx)]


async def take_name(ctx: Context, text: str) -> list[Message]:
    """A name was said: the unit's chair recognises who it is."""
    said = clean(text.replace("\n", " "), MOST_NAME)
    unit_id = ctx.account.unit_id
    if unit_id is None or len(said.split()) < FEWEST_NAME_WORDS or any(letter.isdigit() for letter in said):
        return [_who_is_it(ctx)]
    unit_name = await joining.unit_name(ctx.conn, unit_id) or ""
    today = day_of(ctx.now)
    request = await joining.add_request(ctx.conn, ctx.account.id, unit_id, said, ctx.now)
    candidates = await joining.candidates(ctx.conn, unit_id, fold(said), today)
    officers = await joining.officers(ctx.conn, unit_id, today)
    ctx.notices += [
        Notice(officer, words.newcomer(said, unit_name, request, candidates), f"newcomer:{request}:{officer}")
        for officer in officers
    ]
    return [words.waits_for_chair(unit_name, reached=bool(officers))]


async def recognise(ctx: Context, action: Recognise) -> list[Message]:
    """The chair says who a newcomer is, with one tap."""
    request = await joining.request_by_id(ctx.conn, action.request)
    today = day_of(ctx.now)
    if request is None or request.is_decided:
        return []
    if ctx.person not in await joining.officers(ctx.conn, request.unit_id, today):
        return []
    candidates = dict(await joining.candidates(ctx.conn, request.unit_id, fold(request.said_name), today))
    door = await accounts.by_id(ctx.conn, request.account_id)
    if door is None or (action.person and action.person not in candidates):
        return []
    person_id = PersonId(action.person) if action.person else None
    await joining.decide_request(ctx.conn, request.id, by=ctx.person, person_id=person_id, now=ctx.now)
    label = candidates.get(action.person)
    if door.person_id is None and door.is_open:
        await _tell_newcomer(ctx, door, request, person_id)
    return [words.newcomer_decided(request.said_name, label, replaces=ctx.in_place())]


async def _tell_newcomer(ctx: Context, door: Account, request: joining.JoinRequest, person_id: PersonId | None) -> None:
    message = words.not_recognised(request.unit_name)
    if person_id is not None:
        await accounts.set_person(ctx.conn, door.id, person_id)
        await learners.join(ctx.conn, person_id, door.id, text_version=words.CONSENT_VERSION, now=ctx.now)
        await rollup.mark_person(ctx.conn, person_id)
        settled = await accounts.by_id(ctx.conn, door.id)
        message = words.recognised((settled and settled.full_name) or "")
    await outbox.queue(
        ctx.conn,
        account_id=door.id,
        kind=Kind.NOTICE,
        key=f"recognised:{request.id}",
        subject=None,
        run_at=ctx.now,
        message=replace(message, kind=Kind.NOTICE),
    )
