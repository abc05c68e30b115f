from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from web.metrics import Metrics

if TYPE_CHECKING:
    from tests.web.stage import Browser, Stage


async def test_it_is_alive_and_ready(browser: Browser) -> None:
    alive, ready = await browser.opens("/healthz"), await browser.opens("/readyz")

    assert (alive.status, alive.text) == (200, "ok\n")
    assert (ready.status, ready.text) == (200, "ready\n")


async def test_it_is_not_ready_before_its_migrations(stage: Stage, browser: Browser) -> None:
    async with stage.database.begin() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = await browser.opens("/readyz")

    assert (answer.status, answer.text) == (503, "migrations\n")
    assert (await browser.opens("/healthz")).status == 200


async def test_metrics_are_shown(browser: Browser) -> None:
    answer = await browser.opens("/metrics")

    assert answer.status == 200
    assert "taphuan_handler_seconds" in answer.text


def test_metrics_count_by_label_and_the_queue_is_set_anew() -> None:
    metrics = Metrics()
    metrics.took_update("browser", "Tap", "ok", 0.004)
    metrics.delivered("telegram", "bulk", "sent", 3)
    metrics.set_queue({("bulk", "queued"): 9})
    metrics.set_queue({("live", "sending"): 2})

    lines = metrics.text().decode().splitlines()

    assert 'taphuan_updates_total{channel="browser",kind="Tap",outcome="ok"} 1.0' in lines
    assert 'taphuan_deliveries_total{channel="telegram",lane="bulk",state="sent"} 3.0' in lines
    assert 'taphuan_handler_seconds_bucket{kind="Tap",le="0.005"} 1.0' in lines
    assert 'taphuan_queue_depth{lane="live",state="sending"} 2.0' in lines
    assert not any('lane="bulk",state="queued"' in line for line in lines)


def test_two_programs_in_one_process_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.delivered("browser", "live", "sent")

    assert b'state="sent"' not in two.text()
