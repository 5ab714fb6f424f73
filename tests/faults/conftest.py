"""The fault suite stands beside the packages, at the project's root."""

import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))
