"""Robustness of any classifier under noise, the quality of its confidence, and their figures."""

from skmnist.robustness._calibration import calibration_error, calibration_test
from skmnist.robustness._comparison import compare_robustness
from skmnist.robustness._displays import (
    ImageGalleryDisplay,
    ReliabilityDisplay,
    RiskCoverageDisplay,
    RobustnessCurveDisplay,
    RobustnessHeatmapDisplay,
    TrainingCurveDisplay,
)
from skmnist.robustness._risk_coverage import (
    coverage_at_risk,
    risk_coverage_auc,
    risk_coverage_curve,
)
from skmnist.robustness._scores import cross_validate_robustness, robustness_scores

__all__ = [
    "ImageGalleryDisplay",
    "ReliabilityDisplay",
    "RiskCoverageDisplay",
    "RobustnessCurveDisplay",
    "RobustnessHeatmapDisplay",
    "TrainingCurveDisplay",
    "calibration_error",
    "calibration_test",
    "compare_robustness",
    "coverage_at_risk",
    "cross_validate_robustness",
    "risk_coverage_auc",
    "risk_coverage_curve",
    "robustness_scores",
]
