"""Where `make servers` puts what the tests run: Node.js comes from PyPI, its packages from npm."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["NODE", "TOOLS"]

NODE = Path(sys.executable).parent / "node"

TOOLS = Path(__file__).parents[2] / ".tools" / "hosts" / "node_modules"
