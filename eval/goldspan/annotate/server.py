"""A Label Studio server of one's own: installed apart, started on loopback, stopped with the command."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import msgspec

from goldspan import content
from goldspan.annotate.home import Credentials, Home, Running
from goldspan.errors import UsageError
from goldspan.files import read_bytes, write_whole

HOST = "127.0.0.1"
PORT = 8080
START_SECONDS = 300
STOP_SECONDS = 15

Say = Callable[[str], None]


def up(home: Home, *, port: int = PORT, prepare: bool = False, say: Say = print) -> None:
    """Run a server until it is interrupted (Ctrl-C or SIGTERM): what `goldspan annotate up` does.

    The first call installs Label Studio into the home's own environment (1 GB). With `prepare` it stops as soon as the
    server has answered once. Raises UsageError where the port is taken or the server cannot be made or started.
    """
    home.make()
    check_port(port)
    install(home, say)
    with serving(home, port) as (running, process):
        if prepare:
            say(f"ready: {home.folder}")
            return
        say(f"Label Studio answers at {running.url}")
        say(f"log in as {home.credentials.email} with the password in {home.credentials_file}; Ctrl-C stops it")
        if _interrupted(process):
            say("stopped")
            return
        raise UsageError(f"Label Studio ended by itself ({process.returncode}): what it said is in {home.folder}")


def install(home: Home, say: Say = print) -> None:
    """Make the server's environment where it is not there, or not by the pins of this version of goldspan."""
    pins = read_bytes(content.SERVER_REQUIREMENTS)
    stamp = home.environment / "installed.sha256"
    wanted = hashlib.sha256(pins).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing Label Studio in {home.environment} (1 GB, some minutes)")
    problem = ""
    for way in _ways(home.environment):
        problem = _problem(way)
        if not problem:
            break
    else:
        raise UsageError(f"{home.environment} could not be made: {problem}")
    write_whole(stamp, [wanted.encode()])


def _problem(steps: "list[list[Path | str]]") -> str:
    """What kept the calls from succeeding, one after the other; empty where nothing did."""
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            return _last_lines(done.stderr) or f"exit status {done.returncode}"
    return ""


def _ways(folder: Path) -> "list[list[list[Path | str]]]":
    """The calls that make the environment: uv's where it is there, for it takes a fraction of pip's time; then pip's.

    Pip may know an index or a certificate that uv does not.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pins = content.SERVER_REQUIREMENTS
    by_pip: list[list[Path | str]] = [
        [sys.executable, "-m", "venv", "--clear", folder],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", pins],
    ]
    uv = shutil.which("uv")
    if uv is None:
        return [by_pip]
    by_uv: list[list[Path | str]] = [
        [uv, "venv", "--clear", "--no-project", "--python", sys.executable, folder],
        [uv, "pip", "install", "--quiet", "--system-certs", "--python", python, "-r", pins],
    ]
    return [by_uv, by_pip]


def check_port(port: int) -> None:
    """Raise UsageError where the port is taken: Label Studio itself would silently take the next one."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just left is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"port {port} is taken ({error.strerror}): stop what runs there, or choose another with --port"
            raise UsageError(message) from error


@contextmanager
def serving(home: Home, port: int) -> "Generator[tuple[Running, subprocess.Popen[bytes]]]":
    """Start the installed server, wait until it answers to its own user, and stop it in the end."""
    program = home.environment / ("Scripts/label-studio.exe" if os.name == "nt" else "bin/label-studio")
    command = [program, "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    log = home.folder / "server.log"
    with log.open("wb") as output, _stoppable():
        try:
            process = subprocess.Popen(
                command,
                env=environment(home.credentials, home.data, os.environ),
                cwd=home.data,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches this program alone, which then stops the server
            )
        except OSError as error:
            raise UsageError(f"{program}: {error.strerror or error}") from error
        try:
            running = Running(f"http://{HOST}:{port}", process.pid, home.credentials.token)
            _await(process, running, home.credentials, log)
            write_whole(home.running_file, [msgspec.json.encode(running)])
            home.running_file.chmod(0o600)
            yield running, process
        finally:
            home.running_file.unlink(missing_ok=True)
            _stop(process)


def environment(credentials: Credentials, data: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server: nothing of another Label Studio, no telemetry, SQLite, its own user.

    The password goes this way because a command line can be read by every user of the machine.
    """
    theirs = ("LABEL_STUDIO_", "HEARTEX_", "DJANGO_", "POSTGRE_", "PYTHON")
    kept = {key: value for key, value in inherited.items() if not key.startswith(theirs)}
    return kept | {
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "DJANGO_DB": "sqlite",
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_USERNAME": credentials.email,
        "LABEL_STUDIO_PASSWORD": credentials.password,
        "LABEL_STUDIO_USER_TOKEN": credentials.token,
    }


def _await(process: "subprocess.Popen[bytes]", running: Running, credentials: Credentials, log: Path) -> None:
    """Wait until the server knows the user that it was made with: another program's answer is none."""
    from goldspan.annotate.client import Server

    server = Server(running.url, running.token)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise UsageError(f"Label Studio ended with {process.returncode}: {_last_lines(log.read_text())}")
        with suppress(UsageError):
            if server.whoami().get("email") == credentials.email:
                return
        time.sleep(0.5)
    raise UsageError(f"Label Studio did not answer within {START_SECONDS} s; what it says is in {log}")


def _interrupted(process: "subprocess.Popen[bytes]") -> bool:
    """Wait until this program is to stop, or the server has ended."""
    try:
        process.wait()
    except KeyboardInterrupt:
        return True
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server and whatever it started."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, request)
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def _stoppable() -> "Generator[None]":
    """Within, SIGTERM is like Ctrl-C: the server is stopped before this program ends."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-4:])[:800]
