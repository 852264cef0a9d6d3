"""The outcomes of runs of flows."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Union
from urllib.parse import quote

from ._control import Control
from ._types import Document, wire

PATH = "/_flowmock/runs"


class Runs:
    """What was ordered for the coming runs of a server, or of one organisation or sandbox."""

    def __init__(self, control: Control, scope: Mapping[str, str], sandbox: str) -> None:
        self._control = control
        self._scope = scope
        self._sandbox = sandbox

    def order(
        self,
        outcome: Union[str, Document, Sequence[Document], None] = None,
        *,
        flow_id: Optional[str] = None,
        run: Union[int, str, None] = None,
        org: Optional[str] = None,
        sandbox: Optional[str] = None,
        **details: Any,
    ) -> List[dict[str, Any]]:
        """Says how runs end: `order("copyFailed", flow_id=flow, run=3, code="1337")`. Returns what was ordered.

        `details` are those of docs/runs.md in snake_case: `code`, `message`, `after_ms`, `stuck`, `rejected`, `rows`, ...
        Without `flow_id` the outcome is the default of the sandbox. Whole orders, one or a list, are taken too.
        """
        scope: dict[str, Optional[str]] = dict(self._scope)
        if org is not None and self._scope.get("imsOrgId", org) != org:
            raise ValueError(f"these are the runs of {self._scope['imsOrgId']}, not of {org}")
        if sandbox is not None and self._scope.get("sandbox", sandbox) != sandbox:
            raise ValueError(f"these are the runs of the sandbox {self._scope['sandbox']}, not of {sandbox}")
        if org is not None:
            scope["imsOrgId"] = org
        if isinstance(outcome, str) or outcome is None:
            order: Any = wire({"flow_id": flow_id, "run": run, "outcome": outcome, **details})
        else:
            order = dict(outcome) if isinstance(outcome, Mapping) else [dict(one) for one in outcome]
        # The default of a sandbox needs the sandbox; a flow is found in its organisation.
        orders = [order] if isinstance(order, dict) else order
        if sandbox is not None or ("imsOrgId" in scope and any("flowId" not in one for one in orders)):
            scope["sandbox"] = sandbox or self._scope.get("sandbox") or self._sandbox
        answer: Any = self._control.json("POST", PATH, scope, order)
        return list(answer["ordered"])

    def list(self) -> Any:
        """What is ordered for runs that have not started."""
        return self._control.json("GET", PATH, self._scope)

    def forget(self) -> None:
        """Forgets what was ordered. Runs that have started keep their outcomes."""
        self._control.send("DELETE", PATH, self._scope)

    def end(self, id: str, end: str, outcome: Optional[str] = None, **details: Any) -> None:
        """Ends a run that is in progress: with `release` with its own outcome, with `finish` with success, with `fail` with a
        failure: `end(run, "fail", "promotionFailed", code="133")`."""
        how = wire({"end": end, "outcome": outcome, **details})
        self._control.json("POST", f"{PATH}/{quote(id, safe='')}", self._scope, how)
