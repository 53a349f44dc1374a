"""Doctests that the installed releases cannot run."""

from importlib.util import find_spec

collect_ignore = []
if find_spec("sklearn.callback") is None:  # since scikit-learn 1.9
    collect_ignore.append("skmnist/neural_network/_monitor.py")
