"""The program: `honnin` and `python -m honnin`. Ctrl-C has its ordinary end also while the rest of the program is still being loaded."""

from __future__ import annotations

import _thread
import sys


def main() -> None:
    """Loads the command line and runs it."""
    hook = sys.unraisablehook

    def tell(dropped: sys.UnraisableHookArgs) -> None:
        # Python drops what is raised in a finaliser: Ctrl-C comes again.
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            _thread.interrupt_main()
        else:
            hook(dropped)

    sys.unraisablehook = tell
    try:
        from honnin.oracle.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
