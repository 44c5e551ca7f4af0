"""The program: `honnin` and `python -m honnin`. Ctrl-C has its ordinary end also while the rest of the program is still being loaded."""

from __future__ import annotations

import gc
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Loads the command line and runs it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, hear)
    try:
        from honnin.oracle.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    finally:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # the status is known: what Python does at its end is not for Ctrl-C
        gc.freeze()  # the process ends: looking through all that is left for cycles would take a tenth of a short command


def hear(number: int, frame: FrameType | None) -> None:
    """KeyboardInterrupt, but not in a finaliser, where Python would drop it, nor in the midst of what z3 counts."""
    if "z3" in sys.modules or _is_in_finaliser(frame):
        from honnin.compiler.limit import put_off

        put_off.hear(frame)
    else:
        raise KeyboardInterrupt


def _is_in_finaliser(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


if __name__ == "__main__":
    main()
