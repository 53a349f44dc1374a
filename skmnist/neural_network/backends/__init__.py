"""Training and prediction on Keras' back ends; processes, settings, and models as plain data."""
