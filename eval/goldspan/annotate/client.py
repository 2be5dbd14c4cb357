"""What is asked of a Label Studio server, by its own client library; what goes wrong is told as a wrong call."""

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any, cast

from goldspan.annotate.home import Home
from goldspan.errors import UsageError

TOKEN_VARIABLE = "LABEL_STUDIO_API_KEY"  # noqa: S105 (its name, not its value)
PAGE = 200
TIMEOUT = 120.0

Json = dict[str, Any]


class Server:
    """A Label Studio server: projects, tasks, predictions, exports, as plain JSON values."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token

    @cached_property
    def _client(self) -> Any:
        library = _library()
        import httpx

        no_idle = httpx.Limits(max_keepalive_connections=0)  # so that nothing is left open between two questions
        client = httpx.Client(timeout=TIMEOUT, follow_redirects=True, limits=no_idle)
        return library.LabelStudio(base_url=self.url, api_key=self._token, httpx_client=client)

    def whoami(self) -> Json:
        """The user that the token belongs to."""
        return self._ask(lambda client: client.users.whoami())

    def users(self) -> dict[int, str]:
        """The address of each user by id."""
        return {user["id"]: user["email"] for user in self._ask(lambda client: list(client.users.list()))}

    def projects(self) -> list[Json]:
        """All projects that the user sees."""
        return self._ask(lambda client: list(client.projects.list(page_size=PAGE)))

    def create_project(self, title: str, config: str, description: str) -> Json:
        """Make a project that shows predictions as a first annotation, and hands tasks out in their order."""
        return self._ask(
            lambda client: client.projects.create(
                title=title,
                label_config=config,
                description=description,
                sampling="Sequential sampling",
                show_collab_predictions=True,
                enable_empty_annotation=True,
                maximum_annotations=1,
            )
        )

    def update_project(self, project: int, **changes: Any) -> None:
        """Change settings of a project."""
        self._ask(lambda client: client.projects.update(project, **changes))

    def config_problem(self, project: int, config: str) -> str | None:
        """What keeps a project from taking another interface: a label or a control that annotations use."""
        client = self._client
        with self._translated():
            try:
                client.projects.validate_label_config(project, label_config=config)
            except _library().core.ApiError as error:
                if error.status_code != 400:
                    raise
                return _detail(error.body)
        return None

    def tasks(self, project: int) -> list[Json]:
        """All tasks of a project, in their order."""
        pages = self._ask(lambda client: list(client.tasks.list(project=project, page_size=PAGE, fields="all")))
        return sorted(pages, key=lambda task: task["id"])

    def predictions(self, project: int) -> list[Json]:
        """All predictions of a project."""
        return self._ask(lambda client: client.predictions.list(project=project))

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> None:
        """Add tasks, with predictions: all of them or none."""
        self._ask(lambda client: client.projects.import_tasks(project, request=tasks))

    def create_prediction(self, task: int, prediction: Mapping[str, Any]) -> None:
        """Add a prediction to a task."""
        self._ask(lambda client: client.predictions.create(task=task, **prediction))

    def export(self, project: int) -> bytes:
        """Everything of a project as JSON: every task, annotation and draft."""
        return self._ask(
            lambda client: b"".join(
                client.projects.exports.download_sync(project, export_type="JSON", download_all_tasks=True)
            )
        )

    def task_url(self, project: int, task: int) -> str:
        """The page on which a task is looked at."""
        return f"{self.url}/projects/{project}/data?task={task}"

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        with self._translated(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library's own making, and about types that the server declares
            return _plain(question(self._client))

    @contextmanager
    def _translated(self) -> "Generator[None]":
        library = _library()
        import httpx

        try:
            yield
        except library.core.ApiError as error:
            if error.status_code == 401:
                raise UsageError(f"{self.url} refuses the token") from error
            raise UsageError(f"{self.url} answers {error.status_code}: {_detail(error.body)}") from error
        except httpx.ConnectError as error:
            raise UsageError(f"{self.url}: no server answers there (goldspan annotate up starts one)") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            message = f"{self.url}: the connection broke ({type(error).__name__}); call again to go on"
            raise UsageError(message) from error


def connect(url: str | None = None, token: str | None = None, home: Home | None = None) -> Server:
    """The server at `url`, or the one that `goldspan annotate up` started; the token may be in the environment.

    Raises UsageError where there is neither, where it does not answer, or where it refuses the token.
    """
    home = home or Home()
    running = home.running
    address = url or (running.url if running else None)
    if address is None:
        raise UsageError("which server? goldspan annotate up starts one, --url names another")
    known = running.token if running and address.rstrip("/") == running.url else None
    key = token or os.environ.get(TOKEN_VARIABLE) or known
    if not key:
        raise UsageError(f"{address} needs a token: --token, or {TOKEN_VARIABLE} in the environment")
    server = Server(address, key)
    server.whoami()
    return server


@cache
def _library() -> Any:
    """Label Studio's client library, imported late; what it uses is deprecated, which is not the user's to know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            import label_studio_sdk
            import label_studio_sdk.core

            _ = label_studio_sdk.LabelStudio, label_studio_sdk.core.ApiError  # each name is imported when it is used
        except ImportError as error:
            raise UsageError("this needs label-studio-sdk: pip install 'goldspan[annotate]'") from error
    return label_studio_sdk


def _plain(value: Any) -> Any:
    """The client's models as plain JSON values."""
    from pydantic import BaseModel

    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    return BaseModel.model_dump(value, mode="json", warnings=False) if isinstance(value, BaseModel) else value


def _detail(body: Any) -> str:
    """What the server says is wrong, in one line."""
    if isinstance(body, Mapping):
        answer = cast("Mapping[str, Any]", body)
        parts: Any = answer.get("validation_errors") or answer.get("detail") or answer
        return _line(parts)
    return _line(body)


def _line(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_line(each)}" for key, each in cast("Mapping[str, Any]", value).items())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return "; ".join(map(_line, cast("Iterable[Any]", value)))
    return " ".join(str(value).split())[:400]
