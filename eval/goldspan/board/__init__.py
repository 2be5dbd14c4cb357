"""The leaderboard: predictions in, figures out, no claim believed.

`check`, `add`, `build` and `push` are what the commands do.

Everything in a submission is hostile until it is checked, and text for ever after.
"""

from goldspan.board.adding import add
from goldspan.board.building import build
from goldspan.board.intake import check
from goldspan.board.push import push

__all__ = ["add", "build", "check", "push"]
