"""What the pytest plugin keeps for a run: the server, and the contract reports of all servers."""

from __future__ import annotations

from typing import Any, Optional

from ._contract import SEVERITIES
from ._server import FlowMock
from .errors import FlowMockError

Report = dict[str, Any]
"""A contract report as pytest-xdist can send it to the controller: made of str, int, bool, list and dict."""


class FlowMockSession:
    """The server of a run of pytest, or of one worker of pytest-xdist."""

    def __init__(
        self, mode: str, min_coverage: Optional[float], url: Optional[str], flags: list[str], cwd: str, worker: str
    ) -> None:
        self.mode = mode
        self.min_coverage = min_coverage
        self.cwd = cwd
        self.reports: list[Report] = []
        """The reports of servers that have stopped, and in a controller those of its workers."""
        self._url = url
        self._flags = flags
        self._worker = worker
        self._server: Optional[FlowMock] = None
        # Of each test the requests that arrived during it, as ids after the first and up to the second.
        self._tests: list[tuple[int, int, str]] = []

    def server(self) -> FlowMock:
        """The server, which starts when it is first needed."""
        if self._server is None:
            self._server = FlowMock(*self._flags, url=self._url, cwd=self.cwd).start()
        return self._server

    def stop(self) -> None:
        """Stops the server."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def close(self) -> None:
        """Keeps the report of the server. It stops later: after ctrl-C, pytest tears fixtures down when the tests are over."""
        if self._server is not None:
            self.keep_report(self._server, f"the server of worker {self._worker}" if self._worker else "the server")

    def last_request(self) -> int:
        """The id of the last request that arrived, if tests are told apart by it: on a server that no others use."""
        if self.mode == "off" or self._server is None or not self._server.is_own:
            return 0
        answer: Any = self._server._control().json("GET", "/_flowmock/requests", {"limit": 1})
        return int(answer["lastId"])

    def belong_to(self, nodeid: str, first: int) -> None:
        """Notes that the requests after the one with the id `first` are those of a test."""
        last = self.last_request()
        if last > first:
            self._tests.append((first, last, nodeid))

    def miss_report(self, name: str, reason: str) -> None:
        """Notes that there is no report of a server."""
        if self.mode != "off":
            self.reports.append({"name": name, "url": "", "unknown": reason, "examined": 0, "skipped": 0, "text": ""})
            self.reports[-1].update(broken=[], outcomes=[])

    def keep_report(self, server: FlowMock, name: str) -> None:
        """Keeps the contract report of a server that is about to stop."""
        if self.mode == "off":
            return
        # With outcomes that were never met, and how to provoke them, if the run fails for lack of these.
        query = {"format": "text", "full": "true" if self.min_coverage is not None else None}
        try:
            text = server._control().send("GET", "/_flowmock/contract", query)[1].decode("utf-8")
            document: Any = server._control().json("GET", "/_flowmock/contract")
        except FlowMockError as error:  # a server that crashed, or one without control calls
            self.miss_report(name, str(error))
            return
        self.reports.append(
            {
                "name": name,
                # Workers that share a server of a URL report about the same requests.
                "url": "" if server.is_own else server.url,
                "unknown": "" if document["enabled"] else "the server examines no requests",
                "examined": document["examined"],
                "skipped": document["skipped"],
                "text": text.rstrip(),
                "broken": [self._broken(one, rule) for one in document["consumers"] for rule in one["broken"]],
                "outcomes": [
                    [one["name"], operation["operation"], outcome["status"], outcome.get("form", ""), outcome["count"] > 0]
                    for one in document["consumers"]
                    for operation in one["coverage"]["operations"]
                    for outcome in (operation.get("outcomes", []) if operation["requests"] else [])
                ],
            }
        )

    def _broken(self, consumer: Report, rule: Report) -> list[str]:
        """The consumer, the rule, its severity, and the test in which it was broken first if that did not name itself."""
        named = any(broken["rule"] == rule["rule"] for test in consumer["tests"] for broken in test["broken"])
        entry = (rule.get("first") or {}).get("entry") or 0
        tests = [nodeid for first, last, nodeid in self._tests if first < entry <= last]
        where = tests[0] if tests and not named else ""
        return [consumer["name"], rule["rule"], rule["severity"], where]

    def _latest(self) -> list[Report]:
        """The reports; of a server at a URL the one with the most requests, which is the latest."""
        shared: dict[str, Report] = {}
        for report in self.reports:
            key = report["url"] or f"own {len(shared)}"
            if key not in shared or report["examined"] >= shared[key]["examined"]:
                shared[key] = report
        return list(shared.values())

    def problems(self, fail_on: str = "error") -> list[str]:
        """Why the contract is broken, or why nobody can tell. Empty if no test used a server, or every rule was kept."""
        reports = self._latest()
        if not reports or self.mode == "off":
            return []
        rules = {
            (consumer, rule)
            for report in reports
            for consumer, rule, severity, _ in report["broken"]
            if severity in SEVERITIES[fail_on]
        }
        problems = [f"{consumer} broke {rule}" for consumer, rule in sorted(rules)]
        problems += [f"{report['name']} has no report: {report['unknown']}" for report in reports if report["unknown"]]
        if not problems and not any(report["examined"] for report in reports):
            problems.append("no request reached the server, so nothing is known; does the client use its URL?")
        skipped = sum(report["skipped"] for report in reports)
        if skipped:
            problems.append(f"{skipped} requests left the journal before they were examined; raise --journal-requests")
        if self.min_coverage is not None:
            for consumer, percent in sorted(self._coverage().items()):
                if percent < self.min_coverage:
                    problems.append(f"coverage of {consumer} is {percent} %, less than {self.min_coverage:g} %")
        return problems

    def failures(self) -> list[str]:
        """The problems that fail the run."""
        return self.problems() if self.mode == "error" else []

    def _coverage(self) -> dict[str, float]:
        """The coverage of each consumer over all servers, in percent. Errors of one status and form are one outcome."""
        met: dict[str, dict[tuple[Any, ...], bool]] = {}
        for report in self._latest():
            for consumer, operation, status, form, is_met in report["outcomes"]:
                outcomes = met.setdefault(consumer, {})
                outcome = (operation, status, form)
                outcomes[outcome] = outcomes.get(outcome, False) or is_met
        # Rounded down, like the server's.
        return {consumer: 1000 * sum(outcomes.values()) // len(outcomes) / 10 for consumer, outcomes in met.items()}

    def summary(self) -> Optional[str]:
        """What the run says at its end about the contract; None if no test used a server."""
        reports = self._latest()
        if not reports or self.mode == "off":
            return None
        examined = sum(report["examined"] for report in reports)
        if not self.problems():
            return f"flowmock contract: kept, {examined} request{'' if examined == 1 else 's'} examined"
        parts = []
        all_kept = not any(_breaks(report) for report in reports)
        for report in reports:
            if all_kept or _breaks(report) or report["unknown"]:
                parts.append(report["text"] if len(reports) == 1 else f"{report['name']}\n\n{report['text']}")
                parts += [f"{rule}: first in {where}" for _, rule, _, where in report["broken"] if where]
        if self.mode != "error":
            parts += [f"flowmock contract: {problem}" for problem in self.problems()]
        return "\n".join(parts)


def _breaks(report: Report) -> bool:
    return any(severity == "error" for _, _, severity, _ in report["broken"])
