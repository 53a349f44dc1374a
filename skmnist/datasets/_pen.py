"""Digits drawn by code: the path of a pen, varied at random."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.interpolate import make_interp_spline

Points = list[tuple[float, float]]
Strokes = list[Points]

# Digit -> ways to write it, each as strokes through points (x, y) of the unit square, y downward.
# The pen moves along a smooth curve; a point that occurs twice in a row is a corner.
GLYPHS: dict[int, list[Strokes]] = {
    0: [
        [[(0.5, 0.0), (0.15, 0.22), (0.1, 0.6), (0.4, 1.0), (0.8, 0.8), (0.88, 0.35), (0.5, 0.0)]],
        [[(0.62, 0.04), (0.3, 0.05), (0.1, 0.45), (0.3, 0.95), (0.7, 0.95), (0.9, 0.5), (0.55, 0)]],
    ],
    1: [
        [[(0.5, 0.0), (0.5, 0.5), (0.5, 1.0)]],
        [[(0.3, 0.25), (0.55, 0.0), (0.55, 0.0), (0.55, 0.5), (0.55, 1.0)]],
        [
            [(0.25, 0.28), (0.52, 0.0), (0.52, 0.0), (0.52, 0.5), (0.52, 1.0)],
            [(0.25, 1.0), (0.5, 1.0), (0.8, 1.0)],
        ],
    ],
    2: [
        [
            [(0.1, 0.25), (0.3, 0.03), (0.7, 0.05), (0.85, 0.3), (0.55, 0.65), (0.1, 1.0)]
            + [(0.1, 1.0), (0.5, 1.0), (0.95, 0.98)]
        ],
        [
            [(0.12, 0.2), (0.5, 0.0), (0.85, 0.25), (0.6, 0.65), (0.25, 0.95), (0.1, 0.85)]
            + [(0.25, 0.75), (0.55, 0.92), (0.95, 0.95)]
        ],
    ],
    3: [
        [
            [(0.15, 0.12), (0.5, 0.0), (0.82, 0.2), (0.65, 0.42), (0.4, 0.48), (0.4, 0.48)]
            + [(0.7, 0.52), (0.88, 0.75), (0.55, 1.0), (0.1, 0.88)]
        ],
        [
            [(0.12, 0.02), (0.5, 0.01), (0.85, 0.0), (0.85, 0.0), (0.65, 0.22), (0.45, 0.4)]
            + [(0.45, 0.4), (0.75, 0.48), (0.85, 0.75), (0.5, 1.0), (0.1, 0.9)]
        ],
    ],
    4: [
        [
            [(0.3, 0.0), (0.2, 0.3), (0.1, 0.58), (0.1, 0.58), (0.5, 0.57), (0.95, 0.55)],
            [(0.7, 0.15), (0.68, 0.6), (0.66, 1.0)],
        ],
        [
            [(0.7, 0.0), (0.4, 0.32), (0.05, 0.68), (0.05, 0.68), (0.5, 0.68), (0.95, 0.68)],
            [(0.7, 0.0), (0.7, 0.5), (0.7, 1.0)],
        ],
        [
            [(0.15, 0.05), (0.12, 0.45), (0.4, 0.52), (0.8, 0.42)],
            [(0.8, 0.02), (0.78, 0.5), (0.75, 1.0)],
        ],
    ],
    5: [
        [
            [(0.25, 0.02), (0.22, 0.2), (0.18, 0.42), (0.18, 0.42), (0.55, 0.36), (0.88, 0.62)]
            + [(0.6, 0.98), (0.08, 0.92)],
            [(0.25, 0.02), (0.55, 0.02), (0.88, 0.0)],
        ],
        [
            [(0.85, 0.0), (0.55, 0.02), (0.28, 0.03), (0.28, 0.03), (0.22, 0.25), (0.2, 0.45)]
            + [(0.2, 0.45), (0.6, 0.4), (0.85, 0.68), (0.55, 1.0), (0.1, 0.93)]
        ],
    ],
    6: [
        [
            [(0.7, 0.0), (0.35, 0.25), (0.12, 0.65), (0.35, 1.0), (0.75, 0.92), (0.8, 0.62)]
            + [(0.5, 0.5), (0.18, 0.68)]
        ],
        [
            [(0.5, 0.0), (0.22, 0.4), (0.18, 0.8), (0.5, 1.0), (0.82, 0.78), (0.6, 0.55)]
            + [(0.25, 0.68)]
        ],
    ],
    7: [
        [[(0.08, 0.03), (0.5, 0.02), (0.9, 0.0), (0.9, 0.0), (0.6, 0.5), (0.4, 1.0)]],
        [
            [(0.08, 0.03), (0.5, 0.02), (0.9, 0.0), (0.9, 0.0), (0.6, 0.5), (0.4, 1.0)],
            [(0.3, 0.5), (0.55, 0.48), (0.82, 0.46)],
        ],
        [
            [(0.1, 0.18), (0.12, 0.03), (0.12, 0.03), (0.5, 0.03), (0.88, 0.02), (0.88, 0.02)]
            + [(0.6, 0.45), (0.48, 1.0)]
        ],
    ],
    8: [
        [
            [(0.78, 0.15), (0.45, 0.0), (0.18, 0.2), (0.5, 0.46), (0.85, 0.75), (0.5, 1.0)]
            + [(0.12, 0.77), (0.5, 0.46), (0.8, 0.2), (0.72, 0.1)]
        ],
        [
            [(0.5, 0.46), (0.2, 0.22), (0.5, 0.0), (0.8, 0.22), (0.5, 0.46), (0.12, 0.75)]
            + [(0.5, 1.0), (0.88, 0.75), (0.5, 0.46)]
        ],
    ],
    9: [
        [
            [(0.82, 0.2), (0.5, 0.0), (0.15, 0.22), (0.4, 0.5), (0.8, 0.25), (0.82, 0.15)]
            + [(0.82, 0.15), (0.78, 0.6), (0.7, 1.0)]
        ],
        [
            [(0.8, 0.15), (0.45, 0.0), (0.18, 0.25), (0.45, 0.48), (0.8, 0.22), (0.85, 0.55)]
            + [(0.65, 0.95), (0.2, 0.95)]
        ],
    ],
}


def draw_digit(digit: int, size: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Draw a digit with a round pen.

    Parameters
    ----------
    digit : int
        The digit, 0 to 9.
    size : int
        Height and width of the image in pixels; the digit has three quarters of them.
    rng : Generator
        Chooses the way to write it, the points, the slant, the proportions and the pen.

    Returns
    -------
    ndarray of shape (size, size)
        Ink in [0, 1].
    """
    variants = GLYPHS[digit]
    strokes = variants[rng.integers(len(variants))]
    aspect, slant = rng.uniform(0.5, 0.85), rng.uniform(-0.1, 0.3)
    radius = 0.75 * size * rng.uniform(0.02, 0.07)
    jitter = rng.normal(scale=0.025, size=(99, 2))
    seen: dict[tuple[float, float], npt.NDArray[np.float64]] = {}
    is_path = np.zeros((size, size), dtype=bool)
    for stroke in strokes:
        # A point that occurs again moves with its first occurrence.
        points = np.array([seen.setdefault(p, p + jitter[len(seen)]) for p in stroke])
        path = np.concatenate([_curve(part) for part in _at_corners(points)])
        x = 0.5 + 0.75 * ((path[:, 0] - 0.5) * aspect + (0.5 - path[:, 1]) * slant)
        y = 0.5 + 0.75 * (path[:, 1] - 0.5)
        at = np.clip(np.stack([y, x]) * size, 0, size - 1).astype(np.intp)
        is_path[tuple(at)] = True
    distance = ndimage.distance_transform_edt(~is_path)
    return np.clip(radius + 0.5 - distance, 0, 1).astype(np.float32)


def _at_corners(points: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """Split points where one occurs twice in a row."""
    corners = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
    return np.split(points, corners)


def _curve(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return 500 points of a smooth curve through the given ones."""
    steps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1))
    at = np.append(0, np.cumsum(steps))
    spline = make_interp_spline(at, points, k=min(3, len(points) - 1))
    return spline(np.linspace(0, at[-1], 500))
