"""A real Label Studio server, started once for all tests of a process, and a real browser."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from editor import Editor, log_in
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from goldspan.annotate.client import Server
from goldspan.annotate.home import Home

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


class LabelStudio:
    """A server that `goldspan annotate up` runs, in a home of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.home, self.port = Home(folder), port
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[str] | None = None

    @property
    def server(self) -> Server:
        return Server(self.url, self.home.credentials.token)

    def start(self) -> None:
        """Start it where it does not run."""
        if self.process is not None and self.process.poll() is None:
            return
        script = Path(sys.executable).with_name("goldspan")
        command = [script, "annotate", "up", "--home", self.home.folder, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        said = [self.process.stdout.readline()]
        while "answers at" not in said[-1]:
            assert said[-1], "".join(said)
            said.append(self.process.stdout.readline())

    def kill(self) -> None:
        """End the server without warning, as a power cut does."""
        running = self.home.running
        assert running
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)

    def wait_until_ended(self) -> None:
        """The command ends when its server does, and says so."""
        assert self.process
        said, _ = self.process.communicate()
        assert (self.process.returncode, "ended by itself" in said) == (2, True), said

    def freeze(self) -> None:
        """Let it take connections and answer none."""
        running = self.home.running
        assert running
        os.killpg(running.pid, signal.SIGSTOP)

    def stop(self, number: int) -> str:
        """Stop the command by a signal; what it said."""
        assert self.process
        self.process.send_signal(number)
        said, _ = self.process.communicate()
        return said


def free_port() -> int:
    """A port that is free, and that the system gives to no one who does not ask for it."""
    while True:
        port = random.randint(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="session")
def prepared(repository: Path) -> Path:
    """The home that `make test-label-studio` has made: the environment, and data that are migrated already."""
    folder = repository / "build" / "annotate"
    if not (folder / "environment" / "installed.sha256").exists():
        pytest.skip("Label Studio's environment is not there: make test-label-studio")
    return folder


def copy_home(prepared: Path, folder: Path) -> Path:
    """A home with data of its own, which starts at once."""
    folder.mkdir()
    shutil.copytree(prepared / "data", folder / "data")
    shutil.copy(prepared / "credentials.json", folder)
    (folder / "environment").symlink_to(prepared / "environment")
    return folder


@pytest.fixture(scope="session")
def only_label_studio(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    made = LabelStudio(copy_home(prepared, tmp_path_factory.mktemp("label-studio") / "home"), free_port())
    yield made
    if made.process and made.process.poll() is None:
        made.stop(signal.SIGINT)


@pytest.fixture
def label_studio(only_label_studio: LabelStudio) -> LabelStudio:
    """A running server, whatever the test before did to it; every test uses projects of its own."""
    only_label_studio.start()
    return only_label_studio


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by playwright."""
    program = shutil.which("chromium")
    assert program, "the interface is tested in chromium, which is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def logged_in(browser: Browser, only_label_studio: LabelStudio) -> BrowserContext:
    """The server's own user, logged in once."""
    only_label_studio.start()
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    who = only_label_studio.home.credentials
    log_in(context, only_label_studio.url, who.email, who.password)
    return context


@pytest.fixture
def editor(logged_in: BrowserContext, label_studio: LabelStudio) -> Iterator[Editor]:
    """A page of the server's own user."""
    page = logged_in.new_page()
    yield Editor(page, label_studio.url)
    page.close()


@pytest.fixture
def annotate(label_studio: LabelStudio, goldspan: Callable[..., subprocess.CompletedProcess[str]]):
    """Run `goldspan annotate` against the server."""

    def call(command: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        at = () if "--url" in arguments else ("--home", label_studio.home.folder)
        return goldspan("annotate", command, *arguments, *at, **environment)

    return call
