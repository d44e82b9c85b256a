"""MLflow's own page of a trace in a browser, used as somebody uses it who has nothing else to label with."""

from __future__ import annotations

import json
import time
from typing import Final

from tests.browser import Browser
from tests.servers.mlflow_server import MlflowServer

USER: Final = "User"
"""Whose answers the page's are on a server without signing in."""

_COMPONENT: Final = "shared.model-trace-explorer"
_WAIT_S: Final = 60.0
_BUTTON: Final = """
(name => [...document.querySelectorAll("button, [role=menuitem]")].find(
    each => each.innerText.trim() === name || each.ariaLabel === name || each.dataset.componentId === name))
"""
_VALUE: Final = """
(value => document.querySelector(`[role=dialog] input[type=radio][value=${value}]`)?.closest("label"))
"""
_NAME: Final = """
(component => document.querySelector(`[data-component-id="${component}"]`))
"""


class TracePage:
    """The page of one trace, with its assessments beside it."""

    def __init__(self, browser: Browser, server: MlflowServer, experiment: str, trace_id: str) -> None:
        self._browser = browser
        self._address = f"{server.url}/#/experiments/{experiment}/traces?selectedEvaluationId={trace_id}"

    def answer(self, name: str, *, value: bool) -> None:
        """Give an answer that is not there yet."""
        self._open()
        self._click(_BUTTON, f"{_COMPONENT}.add-feedback")
        self._click(_BUTTON, "Human feedback")
        self._click(_NAME, f"{_COMPONENT}.assessment-name-typeahead.input")
        self._browser.type(name)
        self._browser.press("Tab")
        self._click(_VALUE, json.dumps(value))
        self._click(_BUTTON, "Create")
        self._until("the answer to be there", f"!!{_BUTTON}({json.dumps(f'{_COMPONENT}.toggle-assessment-expanded')})")

    def change(self, *, value: bool) -> None:
        """Change the only answer that stands."""
        self._open()
        self._click(_BUTTON, f"{_COMPONENT}.toggle-assessment-expanded")
        self._click(_BUTTON, f"{_COMPONENT}.assessment-more-button")
        self._click(_BUTTON, "Edit")
        self._click(_VALUE, json.dumps(value))
        self._click(_BUTTON, "Save")
        self._until("the form to be closed", f"!{_VALUE}('true')")

    def _open(self) -> None:
        self._browser.go(self._address, width=1600, height=1000)
        self._click(_BUTTON, f"{_COMPONENT}.assessments-pane-toggle")

    def _click(self, find: str, what: str) -> None:
        middle = "(at => at && at.width > 0 ? [at.x + at.width / 2, at.y + at.height / 2] : null)"
        at = self._until(what, f"{middle}(({find}({json.dumps(what)}))?.getBoundingClientRect())")
        assert isinstance(at, list)
        self._browser.click(*at)

    def _until(self, what: str, expression: str) -> object:
        deadline = time.monotonic() + _WAIT_S
        while not (found := self._browser.value(expression)):
            assert time.monotonic() < deadline, f"{what} on the page: {self._browser.value('document.body.innerText')}"
            time.sleep(0.2)
        time.sleep(0.3)  # what has just appeared may still move
        return found
