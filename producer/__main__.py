"""`python -m producer`: the same as the command `producer`."""

from producer.cli import main

if __name__ == "__main__":
    main()
