"""What a learner's program prints: passed on up to a rate and a total, beyond which a notice takes its place. Pure."""

from __future__ import annotations

import codecs

from course.sandbox.limits import Limits
from course.sandbox.model import Output, Stream
from course.sandbox.per_second import PerSecond


class OutputMeter:
    """Meters both streams of one program together.

    Args:
        limits: bytes per second and bytes altogether.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._total = 0
        self._bytes = PerSecond(limits.output_bytes_per_second)
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}
        self.ended = False
        """Whether the total has been reached: nothing more is shown."""
        self.cut = False
        """Whether something was left out of what was taken last."""

    def take(self, stream: Stream, data: bytes, now: float) -> list[Output]:
        """Return what of `data` may be shown, and a notice where something was cut.

        Args:
            stream: ``stdout`` or ``stderr``.
            data: as it was read; may end in the middle of a character.
            now: seconds, never going back.
        """
        if self.ended:
            self.cut = True
            return []
        was_cut_already = not self._bytes.left(now)
        within_rate = self._bytes.take(now, len(data))
        shown = data[: min(within_rate, self._limits.output_bytes - self._total)]
        self._total += len(shown)
        self.cut = len(shown) < len(data)
        text = self._decoders[stream].decode(shown)
        pieces = [Output(stream, text)] if text else []
        if self._total >= self._limits.output_bytes:
            self.ended = True
            kb = self._limits.output_bytes // 1024
            pieces.append(Output("notice", f"That is {kb} KB of output: the rest of this run is not shown.\n"))
        elif self.cut and not was_cut_already:
            kb = self._limits.output_bytes_per_second // 1024
            pieces.append(Output("notice", f"More than {kb} KB in one second: some output is left out.\n"))
        return pieces
