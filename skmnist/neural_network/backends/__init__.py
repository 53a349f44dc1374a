"""Training and prediction on Keras' back ends; the process, its settings, and models as data."""
