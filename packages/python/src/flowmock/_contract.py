"""Contract reports: which rules of the API the clients broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional

from ._control import Control
from .errors import ContractError

PATH = "/_flowmock/contract"
SEVERITIES = {"never": (), "error": ("error",), "warning": ("error", "warning"), "info": ("error", "warning", "info")}


@dataclass(frozen=True)
class BrokenRule:
    """A rule that a consumer broke."""

    consumer: str
    rule: str
    severity: str
    """`error`, `warning` or `info`."""
    count: int
    detail: str
    """What was wrong with the first request that broke it."""
    entry: Optional[int]
    """The id of that request in the journal."""
    operation: Optional[str]

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count} times"
        return f"{self.severity} {self.rule}, {times}, {self.operation or 'unknown call'}: {self.detail}"


class Contract:
    """A contract report: of all consumers, of one, or of one test."""

    def __init__(
        self,
        control: Control,
        document: Mapping[str, Any],
        consumer: Optional[str] = None,
        test: Optional[str] = None,
    ) -> None:
        self._control = control
        self._consumer = consumer
        self.test = test
        self.report = dict(document)
        """The report as the server returns it."""
        # The report about one consumer has it alone.
        consumers: list[dict[str, Any]] = document.get("consumers", [document])
        self.consumers = [one for one in consumers if test is None or _of_test(one, test)]
        """The parts about each consumer."""

    @property
    def examined(self) -> int:
        """The number of requests that the report is about."""
        if self.test is not None:
            return sum(part["requests"] for one in self.consumers for part in _of_test(one, self.test))
        return sum(one["requests"] for one in self.consumers)

    @property
    def rules(self) -> list[BrokenRule]:
        """The rules that were broken, of every severity."""
        return [rule for one in self.consumers for rule in _broken(one, self.test)]

    @property
    def coverage(self) -> float:
        """The part of the documented outcomes that the clients met, in percent: of the consumer that met least."""
        return min((float(one["coverage"]["percent"]) for one in self.consumers), default=0.0)

    def text(self, full: bool = False) -> str:
        """The report for people; with `full`, also the outcomes never met and how to provoke them."""
        return self._as("text", full="true" if full else None)

    def markdown(self) -> str:
        """The report for a job summary or a comment."""
        return self._as("markdown")

    def junit(self) -> str:
        """The report as JUnit XML."""
        return self._as("junit")

    def assert_ok(self, fail_on: str = "error", min_coverage: Optional[float] = None) -> None:
        """Raises `ContractError` with the report if a rule of this severity (error, warning, info, never) or a worse one was
        broken, if a consumer has less coverage, or if the report is about no request, since tests that never reached the
        server must not pass."""
        if fail_on not in SEVERITIES:
            raise ValueError(f"fail_on is {fail_on}; it is one of {', '.join(SEVERITIES)}")
        broken = [rule for rule in self.rules if rule.severity in SEVERITIES[fail_on]]
        reasons = [f"{rule.consumer}: {rule}" for rule in broken]
        if not self.examined:
            whose = f" with x-flowmock-test: {self.test}" if self.test else ""
            reasons.append(f"no request{whose} was examined; send the headers of `headers()`, and leave contract reports on")
        elif min_coverage is not None and self.coverage < min_coverage:
            reasons.append(f"coverage is {self.coverage:g} %, less than {min_coverage:g} %")
        if reasons:
            whole = "" if self.test else "\n\n" + self.text(full=min_coverage is not None)
            raise ContractError("the contract is broken:\n  " + "\n  ".join(reasons) + whole)

    def _as(self, form: str, **query: Optional[str]) -> str:
        query = {"format": form, "consumer": self._consumer, **query}
        return self._control.send("GET", PATH, query)[1].decode("utf-8")

    def __repr__(self) -> str:
        return f"<Contract: {self.examined} requests, {len(self.rules)} rules broken, coverage {self.coverage:g} %>"


def _of_test(consumer: Mapping[str, Any], test: str) -> list[Mapping[str, Any]]:
    return [part for part in consumer["tests"] if part["name"] == test]


def _broken(consumer: Mapping[str, Any], test: Optional[str]) -> Iterator[BrokenRule]:
    counts = {broken["rule"]: broken["count"] for part in _of_test(consumer, test or "") for broken in part["broken"]}
    for broken in consumer["broken"]:
        if test is None or broken["rule"] in counts:
            first = broken.get("first") or {}
            yield BrokenRule(
                consumer=consumer["name"],
                rule=broken["rule"],
                severity=broken["severity"],
                count=broken["count"] if test is None else counts[broken["rule"]],
                detail=first.get("detail", ""),
                entry=first.get("entry"),
                operation=first.get("operation"),
            )


def contract(control: Control, consumer: Optional[str], test: Optional[str] = None) -> Contract:
    """The report that the server has now, which includes every request that it has answered."""
    return Contract(control, control.json("GET", PATH, {"consumer": consumer}), consumer, test)
