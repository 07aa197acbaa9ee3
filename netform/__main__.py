"""``python -m netform``: the command line, where the program itself is not on the path."""

from netform.cli.main import main

if __name__ == "__main__":
    main()
