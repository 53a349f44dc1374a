"""One file about one fitted classifier: how it was trained, and what it does on test images."""

from skmnist.report._report import Report, make_report

__all__ = ["Report", "make_report"]
