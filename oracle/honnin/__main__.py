"""`python -m honnin`."""

from honnin.oracle.cli import main

if __name__ == "__main__":
    main()
