"""Benchmarks of speed, memory, accuracy and fidelity; run one by ``python -m benchmarks.NAME``."""
