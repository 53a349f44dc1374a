"""Faster training and prediction on TensorFlow; only this folder imports TensorFlow."""
