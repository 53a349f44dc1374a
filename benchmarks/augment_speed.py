"""What augmentation adds to the time of an epoch, for the networks and noises that are used here.

The same network is trained for some epochs on 12,000 digits with and without ``augment=``, in turn;
the step is compiled before. The noise is made in a thread beside the training, but on a machine
whose cores are all busy it still takes its share of them. The perceptrons with heavy noises are
measured too, without a claim: they train faster than these can be made. It takes a quarter of an
hour on an idle machine::

    python benchmarks/augment_speed.py
"""

import argparse
from typing import Any

from claims import Claim, conclude
from conditions import print_conditions
from digits import digits
from generic_noises import CHOSEN, the_15
from recipes import best_network, mild_warp, perceptron
from timing import print_table, ratios, seconds_of, take_turns

from skmnist.model_selection import reference_architectures
from skmnist.neural_network import BaseImageClassifier, CNNClassifier

LIMIT = 1.15
N_ROWS = 12_000


def networks() -> dict[str, BaseImageClassifier]:
    reference = reference_architectures(random_state=0)
    nets = {
        "best network": best_network(0, augment=None, epochs=3),
        "CNNClassifier()": CNNClassifier(random_state=0, epochs=3),
        "perceptron": perceptron(0).set_params(augment=None, epochs=6),
        "cnn-5": reference["cnn-5"].set_params(epochs=6),
        "mlp-4": reference["mlp-4"].set_params(epochs=20),
    }
    return {name: net.set_params(early_stopping=False) for name, net in nets.items()}


AUGMENTATIONS: dict[str, Any] = {
    "affine warp": mild_warp(),
    "affine warp and generic noises": CHOSEN,
    "the 15 of MNIST-C": the_15(),
}
# Pairs without a claim.
UNCLAIMED = {(name, key) for name in ("perceptron", "mlp-4") for key in list(AUGMENTATIONS)[1:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print_conditions()
    X, y = digits(N_ROWS)
    claims = []
    for name, net in networks().items():
        trainings = {"no noise": None} | AUGMENTATIONS
        measures = {
            key: lambda net=net, augment=augment: seconds_of(
                lambda: net.set_params(augment=augment).fit(X, y)
            )
            for key, augment in trainings.items()
        }
        seconds = take_turns(measures, options.repeats)
        print_table(f"{net.epochs} epochs of {name}", "s", seconds)
        for key in AUGMENTATIONS:
            each = ratios(seconds[key], seconds["no noise"])
            if (name, key) in UNCLAIMED:
                print_table(f"{name}, {key}, against no noise", "x", {"ratio": each})
            else:
                what = f"{name}: epoch with {key} / without"
                claims.append(Claim(what, each, "x", LIMIT, at_most=True))
    conclude(claims)


if __name__ == "__main__":
    main()
