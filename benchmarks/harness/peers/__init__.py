"""The functions that are timed, a module for each library, and noises written one image at a time.

Each module runs in a process of its own. The modules of the peers must not import
``skmnist.neural_network``: it sets environment variables of TensorFlow.
"""
