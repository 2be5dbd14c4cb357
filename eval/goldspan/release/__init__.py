"""Releases: a data set as Parquet with its card, checked, published on the Hugging Face Hub, and read again."""

from goldspan.release.build import build
from goldspan.release.check import Checked, check
from goldspan.release.push import Pushed, push
from goldspan.release.rehydrate import rehydrate

__all__ = ["Checked", "Pushed", "build", "check", "push", "rehydrate"]
