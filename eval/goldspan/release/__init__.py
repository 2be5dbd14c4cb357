"""Releases: a data set as Parquet with its card, checked, published on the Hugging Face Hub, and read again."""

from goldspan.hub.publish import Pushed
from goldspan.release.build import build
from goldspan.release.check import Checked, check
from goldspan.release.push import push
from goldspan.release.rehydrate import rehydrate

__all__ = ["Checked", "Pushed", "build", "check", "push", "rehydrate"]
