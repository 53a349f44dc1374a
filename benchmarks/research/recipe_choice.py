"""Candidates for the best network: how the recipe of ``best_network()`` was chosen.

Each candidate is trained on 50,000 rows of the data of ``benchmarks.accuracy_best`` and scored on
the other 10,000, without views and averaged over 8 and 32 views (over 8 or none in the older runs);
the test rows are not used. The stored runs used one thread each while other trainings ran, so their
seconds are an upper bound. A stored run is not repeated::

    TF_NUM_INTRAOP_THREADS=1 python -m benchmarks.research.recipe_choice --data-home FOLDER
"""

from sklearn.base import clone

from benchmarks.harness.run_log import History, Numbers
from benchmarks.harness.training import (
    MOST_VIEWS,
    VIEWS,
    Recipes,
    choice_split,
    noisy_rows,
    run_recipes,
    train_and_score,
)
from skmnist.model_selection import best_network
from skmnist.neural_network import BaseImageClassifier
from skmnist.noise import ElasticTransform, RandomNoise

WIDER = (32, 32, 96, 96, 192, 192)
WARP = best_network().augment
STRONG_WARP = clone(WARP).set_params(rotation=30.0, translation=0.15, scale=0.15, shear=15.0)
MORE_WARP = clone(WARP).set_params(rotation=20.0, translation=0.12, scale=0.12)
SLANTED_WARP = clone(WARP).set_params(rotation=25.0, translation=0.12, scale=0.12, shear=15.0)
ELASTIC = ElasticTransform(20, 4, border_mode="reflect")


def rate(value: float, epochs: int, **changes: object) -> BaseImageClassifier:
    """Return the best network with another learning rate and other changes."""
    changes |= {"optimizer__learning_rate": value, "epochs": epochs}
    return best_network(random_state=0).set_params(**changes)


CANDIDATES: dict[str, BaseImageClassifier] = {
    "rate 0.001, 8 epochs": rate(0.001, 8),
    "rate 0.002, 8 epochs": rate(0.002, 8),
    "rate 0.004, 8 epochs": rate(0.004, 8),
    "rate 0.008, 8 epochs": rate(0.008, 8),
    "wider, rate 0.0015, 8 epochs": rate(0.0015, 8, filters=WIDER),
    "rate 0.003, 16 epochs": rate(0.003, 16),
    "rate 0.003, 16 epochs, strong warp and elastic": rate(
        0.003, 16, augment=[STRONG_WARP, ELASTIC]
    ),
    "rate 0.01, 32 epochs": rate(0.01, 32),
    "wider, rate 0.006, 24 epochs, more warp, dropout 0.4": rate(
        0.006, 24, filters=WIDER, dropout=0.4, augment=MORE_WARP
    ),
    "rate 0.008, 24 epochs, slanted warp, dropout 0.4": rate(
        0.008, 24, augment=SLANTED_WARP, dropout=0.4
    ),
    "rate 0.008, 24 epochs, slanted warp and half elastic": rate(
        0.008, 24, augment=[SLANTED_WARP, RandomNoise([("elastic", ELASTIC)], probability=0.5)]
    ),
    "rate 0.008, 64 epochs, slanted warp, dropout 0.4": rate(
        0.008, 64, augment=SLANTED_WARP, dropout=0.4
    ),
    "rate 0.008, 32 epochs, some rows not warped": rate(
        0.008, 32, augment=RandomNoise([("warp", WARP)], probability=0.85)
    ),
}


def recipes() -> Recipes:
    """Return the network of each run."""
    return CANDIDATES


def train(key: str, network: BaseImageClassifier, data_home: str | None) -> tuple[Numbers, History]:
    """Train and score a candidate."""
    kept, held_out = choice_split(*noisy_rows("reference", "train", data_home))
    return train_and_score(network, kept, held_out, monitor=True, most_views=True)


def summarize(runs: dict[str, Numbers]) -> tuple[str, dict[str, bool]]:
    """Return the table of the stored runs; there are no claims."""
    lines = [
        f"| candidate | held-out rows | averaged over {VIEWS} views | over {MOST_VIEWS} views |",
        "|---|---|---|---|",
    ]
    for name in CANDIDATES:
        if name in runs:
            run = runs[name]
            scores = [
                f"{run[key]:.2f} %" if key in run else ""
                for key in ("accuracy", "averaged", "averaged_most")
            ]
            lines.append(f"| {name} | {' | '.join(scores)} |")
    return "\n".join(lines), {}


if __name__ == "__main__":
    run_recipes(__doc__, "recipe_choice", recipes(), train, summarize)
