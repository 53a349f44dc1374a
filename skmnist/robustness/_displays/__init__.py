"""Figures in the convention of scikit-learn's Displays: the data first, then `plot`."""

from skmnist.robustness._displays._gallery import ImageGalleryDisplay
from skmnist.robustness._displays._reliability import ReliabilityDisplay
from skmnist.robustness._displays._risk_coverage import RiskCoverageDisplay
from skmnist.robustness._displays._robustness import (
    RobustnessCurveDisplay,
    RobustnessHeatmapDisplay,
)
from skmnist.robustness._displays._training import TrainingCurveDisplay

__all__ = [
    "ImageGalleryDisplay",
    "ReliabilityDisplay",
    "RiskCoverageDisplay",
    "RobustnessCurveDisplay",
    "RobustnessHeatmapDisplay",
    "TrainingCurveDisplay",
]
