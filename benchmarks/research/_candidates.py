"""The lists of generic noises that ``benchmarks.research.mnist_c_choice`` compares.

Each list applies several of these in turn: affine warps, elastic deformation, Gaussian and uniform
noise, occlusion, smooth random fields and random filters. Most noises change only a part of the
digits.
"""

from skmnist.model_selection import generic_noises
from skmnist.model_selection._training_noises import one_of
from skmnist.noise import (
    BaseNoise,
    ElasticTransform,
    GaussianNoise,
    Occlusion,
    RandomAffine,
    RandomFilter,
    SmoothNoise,
    UniformNoise,
)

WARP = RandomAffine(25, translation=0.12, scale=0.3, shear=25)
LESS_SHEAR = RandomAffine(25, translation=0.12, scale=0.3, shear=20)
MILD_WARP = RandomAffine(20, translation=0.12, scale=0.3, shear=15)
MILDER_WARP = RandomAffine(15, translation=0.12, scale=0.25, shear=15)
STRONG_WARP = one_of([RandomAffine(35, translation=0.15, scale=0.4, shear=25)], 0.9)

DEFORMATIONS = [ElasticTransform(), ElasticTransform(8, 1.2), ElasticTransform(8, 2.0)]
ELASTIC, ROUGH = one_of(DEFORMATIONS[:1], 0.4), one_of(DEFORMATIONS, 0.4)

FINE, WIDE = SmoothNoise(0.4, sigma=1.5), SmoothNoise(0.6, sigma=10.0, contrast=2.0)
MEDIUM, FLAT = SmoothNoise(0.4, contrast=1.2), SmoothNoise(0.3, sigma=6.0, contrast=0.9)
STRONG = SmoothNoise(1.0, sigma=3.0)
FIELDS, ALL_FIELDS = [MEDIUM, WIDE, FINE, FLAT], [FINE, STRONG, MEDIUM, FLAT, WIDE]

FILTERS = [RandomFilter(3), RandomFilter(7, multiscale=True)]
THREE_FILTERS = [RandomFilter(3), RandomFilter(5), FILTERS[1]]
HALF_MIXED = [
    RandomFilter(3, mixing=0.5),
    RandomFilter(3, mixing=0.5, absolute=True),
    RandomFilter(5, mixing=0.5, absolute=True),
    FILTERS[1],
]
ALONE = [
    RandomFilter(3, mixing=0.3),
    RandomFilter(3, mixing=0.0, absolute=True),
    RandomFilter(5, mixing=0.0, absolute=True),
    RandomFilter(7, mixing=0.3, absolute=True),
    FILTERS[1],
]

FEW = [GaussianNoise(0.3), GaussianNoise(0.12), UniformNoise(0.5)]
MORE = [*map(GaussianNoise, (0.12, 0.3, 0.5)), UniformNoise(0.5), UniformNoise(1.0)]

PATCHES = [Occlusion(0.04, n_patches=2, max_aspect_ratio=6, value=v) for v in (0.0, 0.5, 1.0)]
LARGE = [Occlusion(0.1, value=1.0), Occlusion(0.15)]
THIN = Occlusion(0.03, n_patches=3, max_aspect_ratio=12, value=1.0)
OCCLUDED, THINLY = one_of([*PATCHES, *LARGE], 0.4), one_of([*PATCHES, THIN, *LARGE], 0.5)

TEXTURE, GRAIN = [*FILTERS, MEDIUM, WIDE, FINE], [*FEW, Occlusion()]


def in_turn(
    filters: list[BaseNoise], fields: list[BaseNoise], grain: list[BaseNoise], *shares: float
) -> list[BaseNoise]:
    """Return the three kinds of noise, each for a share of the digits."""
    return [one_of(n, p) for n, p in zip((filters, fields, grain), shares, strict=True)]


CANDIDATES: dict[str, list[BaseNoise]] = {
    "without affine warps": [ELASTIC, one_of(TEXTURE, 0.7), one_of(GRAIN, 0.5)],
    "with affine warps": [WARP, ELASTIC, one_of(TEXTURE, 0.7), one_of(GRAIN, 0.5)],
    "more of each": [WARP, ELASTIC, one_of(TEXTURE, 0.9), one_of(GRAIN, 0.6)],
    "fields after filters, stronger": [
        STRONG_WARP,
        ELASTIC,
        *in_turn(
            [FILTERS[0], RandomFilter(5, mixing=0.5), FILTERS[1]],
            [MEDIUM, WIDE, FINE, SmoothNoise(1.0, sigma=3.0, contrast=2.0)],
            GRAIN,
            0.5,
            0.5,
            0.5,
        ),
    ],
    "inverting fields": [
        WARP,
        ELASTIC,
        *in_turn(
            FILTERS,
            [
                SmoothNoise(0.5, contrast=3.0),
                SmoothNoise(0.8, sigma=8.0, contrast=4.0),
                SmoothNoise(0.5, sigma=1.5),
            ],
            GRAIN,
            0.4,
            0.6,
            0.5,
        ),
    ],
    "occlusion before the warp": [
        OCCLUDED,
        WARP,
        ELASTIC,
        one_of(TEXTURE, 0.7),
        one_of(FEW, 0.4),
    ],
    "flat fields after filters": [
        OCCLUDED,
        WARP,
        ELASTIC,
        *in_turn(FILTERS, FIELDS, FEW, 0.4, 0.5, 0.4),
    ],
    "less of each": [
        OCCLUDED,
        MILD_WARP,
        ELASTIC,
        *in_turn(FILTERS, FIELDS, FEW, 0.3, 0.4, 0.3),
    ],
    "strong fields, not elastic": [
        OCCLUDED,
        WARP,
        *in_turn(THREE_FILTERS, [*FIELDS, STRONG], FEW, 0.4, 0.5, 0.4),
    ],
    "first recipe": [
        OCCLUDED,
        LESS_SHEAR,
        one_of(DEFORMATIONS[:1], 0.3),
        *in_turn(THREE_FILTERS, ALL_FIELDS, FEW, 0.4, 0.5, 0.4),
    ],
    "absolute values, thin, rough": [
        THINLY,
        LESS_SHEAR,
        ROUGH,
        *in_turn(HALF_MIXED, ALL_FIELDS, MORE, 0.4, 0.4, 0.4),
    ],
    "filters alone": generic_noises(),
    "filters alone, milder, rough after them": [
        THINLY,
        MILDER_WARP,
        one_of(ALONE, 0.4),
        ROUGH,
        one_of(ALL_FIELDS, 0.3),
        one_of(MORE, 0.3),
    ],
    "filters alone, one of all for a digit": [
        THINLY,
        LESS_SHEAR,
        one_of(DEFORMATIONS, 0.3),
        one_of([one_of(noises, 1.0) for noises in (ALONE, ALL_FIELDS, MORE)], 0.9),
    ],
}
FIRST = CANDIDATES["first recipe"]
