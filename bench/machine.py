"""What a figure was measured on."""

from __future__ import annotations

import os
import platform


def here() -> str:
    """Processors, Python and system, in one line."""
    return f"{os.cpu_count()} CPU, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
