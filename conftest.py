"""For all tests: in CI a skipped test is a failed test."""

import os
from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[pytest.TestReport]:
    """Turn a skip into a failure where CI is set."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI a skipped test is a failed test: {report.longrepr}"
    return report
