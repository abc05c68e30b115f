"""`taphuan invite`: one-time codes for all below a unit who have not joined, and a sheet with QR codes to print."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import segno

from channels.messages import UnitId
from handlers import invitations
from handlers.join import unit_payload
from learning.calendar import local
from storage import accounts, joining, units

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from storage.database import Database
    from storage.joining import Invitee


def add_arguments(parser: ArgumentParser) -> None:
    """Describe the command."""
    from pathlib import Path as RealPath  # noqa: PLC0415 - the annotation's twin

    parser.add_argument("--unit", required=True, metavar="MÃ", help="mã đơn vị; gồm cả mọi đơn vị bên dưới")
    parser.add_argument("--json", action="store_true", help="in dạng JSON")
    parser.add_argument("--sheet", type=RealPath, metavar="TỆP.html", help="ghi tờ in có mã QR")


async def run(args: Namespace, database: Database, now: datetime, bot_name: str | None, zalo_link: str = "") -> int:
    """Make the codes; earlier unused ones of the same people stop working. `zalo_link`: the Official Account's."""
    async with database.begin() as conn:
        unit = await units.unit_by_code(conn, args.unit)
        if unit is None:
            sys.stderr.write(f"Không có đơn vị mã «{args.unit}». Gợi ý: xem cột «Mã đơn vị» trong danh sách.\n")
            return 1
        made = await invitations.make(conn, UnitId(unit.id), now)
        name = bot_name or await accounts.endpoint_name(conn, "telegram")
    rows = [
        {
            "person": invitee.full_name,
            "unit": invitee.unit_code,
            "position": invitee.role.label,
            "code": code,
            "telegram_link": link(name, code),
        }
        for code, invitee in made
    ]
    if args.sheet is not None:
        links = Links(name, link(name, unit_payload(unit.id)), zalo_link)
        write_sheet(args.sheet, unit.name, links, made, now)
        print(f"Đã ghi {args.sheet}: {len(made)} lời mời.", file=sys.stderr)
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
    elif args.sheet is None:
        for row in rows:
            print(f"{row['code']}\t{row['person']}\t{row['position']}\t{row['unit']}\t{row['telegram_link'] or ''}")
    return 0


_ON_ZALO = "Trên Zalo: quét mã này, bấm Quan tâm, nhắn “đồng ý” rồi bấm Chia sẻ; hoặc nhắn mã của mình"


def link(bot_name: str | None, payload: str) -> str | None:
    """A Telegram deep link; None while the bot's name is not known."""
    return f"https://t.me/{bot_name}?start={payload}" if bot_name else None


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=3, border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()


@dataclass(frozen=True, slots=True)
class Links:
    """Where invitations lead: Telegram's bot and its link to the unit, and Zalo's Official Account; empty for none."""

    bot_name: str | None
    of_unit: str | None
    zalo: str = ""


def write_sheet(path: Path, unit_name: str, links: Links, made: Sequence[tuple[str, Invitee]], now: datetime) -> None:
    """Write a page for printing: the unit's QR on top, then one slip a person; self-contained, no script."""
    until = local(now + joining.INVITE_LASTS)
    slips = "\n".join(
        f"<li>{_qr(link(links.bot_name, code) or links.zalo or code)}<div><b>{escape(invitee.full_name)}</b><br>"
        f"{escape(invitee.role.label)}, {escape(invitee.unit_name)}<br>Mã: <code>{code}</code></div></li>"
        for code, invitee in made
    )
    shared = [(links.of_unit, "QR chung của đơn vị, trên Telegram"), (links.zalo, _ON_ZALO)]
    group = "".join(
        f"<figure>{_qr(address)}<figcaption>{caption}</figcaption></figure>" for address, caption in shared if address
    )
    path.write_text(
        f"""<!doctype html><html lang="vi"><meta charset="utf-8"><title>Lời mời học: {escape(unit_name)}</title>
<style>body{{font:14px/1.4 sans-serif;margin:15mm}}
ul{{list-style:none;padding:0;display:grid;grid-template-columns:1fr 1fr;gap:6mm}}
li{{display:flex;gap:4mm;border:1px dashed #777;padding:3mm;break-inside:avoid}}svg{{width:30mm;height:30mm;flex:none}}
code{{font-size:16px}}</style><h1>{escape(unit_name)}</h1>
<p>Mỗi mã dùng một lần, đến hết ngày {until:%d/%m/%Y}. Quét QR hoặc nhắn mã cho Trợ lý học tập công đoàn.
Trợ lý không hỏi số CCCD, mật khẩu, OTP.</p>{group}<ul>
{slips}
</ul></html>
""",
        encoding="utf-8",
    )
