"""The server's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Union

from ._control import Control
from ._types import Time


def time_value(time: Time) -> Union[str, int]:
    """A time as the server reads it."""
    if isinstance(time, datetime):
        if time.tzinfo is None:
            raise ValueError("the time has no time zone; give it one, such as datetime.timezone.utc")
        return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return time


class Clock:
    """The server's clock. All organisations share it."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self.changed = False
        """Whether this object has changed the clock since the last `reset`."""

    def now(self) -> datetime:
        """The time of the server, in UTC."""
        return self._time(self._control.json("GET", "/_flowmock/clock"))

    @property
    def running(self) -> bool:
        """Whether it runs. It stands still after `stop` and `set`, and with the flags `clock` and `deterministic`."""
        return bool(self._control.json("GET", "/_flowmock/clock")["running"])

    def set(self, time: Time) -> datetime:
        """Stops the clock at a time; returns that time."""
        return self._put(now=time_value(time))

    def advance(self, by: Union[timedelta, float, None] = None, **parts: float) -> datetime:
        """Moves the clock by a duration, in seconds if it is a number; `advance(hours=1)` works too. Returns the new time.

        A running clock keeps running. A negative duration moves it backwards.
        """
        if by is None:
            by = timedelta(**parts)
        elif parts:
            raise TypeError("give either a duration or its parts")
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self._put(advanceMs=round(seconds * 1000))

    def stop(self) -> datetime:
        """Stops the clock where it is."""
        return self._put(running=False)

    def run(self) -> datetime:
        """Lets it run on from the time that it shows."""
        return self._put(running=True)

    def reset(self) -> datetime:
        """Returns to the clock of the start."""
        time = self._time(self._control.json("DELETE", "/_flowmock/clock"))
        self.changed = False
        return time

    def _put(self, **change: Any) -> datetime:
        self.changed = True
        return self._time(self._control.json("PUT", "/_flowmock/clock", document=change))

    @staticmethod
    def _time(answer: Any) -> datetime:
        return datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=answer["epochMs"])
