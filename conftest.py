"""The number of threads in the tests, and doctests that the installed releases cannot run."""

import os
from importlib.util import find_spec

# One thread per pytest process; set before numpy and TensorFlow are imported.
for _variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

collect_ignore = []
if find_spec("sklearn.callback") is None:  # since scikit-learn 1.9; imports numpy
    collect_ignore.append("skmnist/neural_network/_monitor.py")
