"""Alembic's entry: runs on the connection it is handed (`storage.schema`)."""

from alembic import context

from storage.schema import is_ours
from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=is_ours,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
