"""Reads a release as a stranger does, with `datasets` and `mlcroissant`, in processes of their own, without a network.

They are processes of their own because those libraries read their settings when they are imported.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from goldspan.hub.needs import require

_SCRIPT = Path(__file__).with_name("stranger.py")
_READERS = {"datasets": "datasets", "croissant": "mlcroissant"}


def reader_faults(release: Path) -> list[str]:
    """What goes wrong when the release is loaded with either library, offline and with an empty cache."""
    for library in _READERS.values():
        require(library)
    with ThreadPoolExecutor(len(_READERS)) as pool:
        running = [pool.submit(_faults, reader, release) for reader in _READERS]
        return [fault for each in running for fault in each.result()]


def _faults(reader: str, release: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="goldspan-readers-") as home:
        secret = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        clean = {key: value for key, value in os.environ.items() if key not in secret}
        offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        homes = dict.fromkeys(("HOME", "HF_HOME", "HF_DATASETS_CACHE", "XDG_CACHE_HOME"), home)
        done = subprocess.run(
            [sys.executable, "-P", _SCRIPT, reader, release.resolve()],
            env=clean | offline | homes,
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return list(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, json.JSONDecodeError):
        return [f"{_READERS[reader]} broke down: {done.stderr.strip()[-400:]}"]
