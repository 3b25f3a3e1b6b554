"""`python -m commonroom` is the command line."""

from commonroom.cli import main

if __name__ == "__main__":
    main()
