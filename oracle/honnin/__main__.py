"""The program: `honnin` and `python -m honnin`. Ctrl-C has its ordinary end also while the rest of the program is still being loaded."""

import sys


def main() -> None:
    """Loads the command line and runs it."""
    try:
        from honnin.oracle.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
