from tests.process.conftest import in_process

__all__ = ["in_process"]
