"""The timed functions, one module per library, and noises that process one image at a time.

Each module runs in its own process. The modules of the peers must not import
``skmnist.neural_network``, because it sets environment variables of TensorFlow.
"""
