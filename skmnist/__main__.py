"""``python -m skmnist``: the command line."""

from skmnist._cli import main

if __name__ == "__main__":
    main()
