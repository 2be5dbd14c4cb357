"""The leaderboard: predictions in, figures out, no claim believed. `check`, `add` and `build` are what the commands do.

Everything in a submission is hostile until it is checked, and text for ever after.
"""

from goldspan.board.adding import add
from goldspan.board.building import build
from goldspan.board.intake import check

__all__ = ["add", "build", "check"]
