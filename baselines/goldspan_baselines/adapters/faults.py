"""Which faults of the libraries behind the adapters may pass by themselves."""

from collections.abc import Iterator

from goldspan_baselines.llm.endpoint import EndpointError, is_transient_status


def as_endpoint_error(error: Exception, name: str) -> EndpointError:
    """The error of a library as one that says whether the same request may succeed later."""
    causes = list(_causes(error))
    statuses = [status for each in causes if isinstance(status := getattr(each, "status_code", None), int)]
    lost = any(type(each).__name__ in ("APIConnectionError", "APITimeoutError") for each in causes)
    transient = lost or any(map(is_transient_status, statuses))
    status = statuses[0] if statuses else None
    return EndpointError(f"{name}: {type(error).__name__}: {str(error)[:300]!r}", transient, status)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "original", None) or error.__cause__ or error.__context__
