"""What each record of a downloaded data set must have."""

import importlib
import pkgutil
import re
from pathlib import PurePosixPath

import numpy as np
import pytest

import skmnist.datasets
from skmnist.datasets._bunch import read_descr
from skmnist.datasets._catalog import CATALOG
from skmnist.datasets._records import DatasetRecord

MODULES = [
    importlib.import_module(f"skmnist.datasets.{module.name}")
    for module in pkgutil.iter_modules(skmnist.datasets.__path__)
]


def test_every_fetch_function_has_a_record():
    functions = {name for name in skmnist.datasets.__all__ if name.startswith("fetch_")}
    recorded = {record.function for record in CATALOG}
    assert recorded == functions, "DatasetRecord.function is the name in datasets.__all__"


def test_every_record_is_in_the_catalog():
    for module in MODULES:
        for value in vars(module).values():
            for record in value.values() if isinstance(value, dict) else [value]:
                if isinstance(record, DatasetRecord):
                    assert any(record == known for known in CATALOG), record.title


def test_titles_are_unique_except_for_sizes():
    titles = [record.title for record in CATALOG]
    assert sorted({title for title in titles if titles.count(title) > 1}) == ["USPS"]


@pytest.mark.parametrize("name", sorted({record.descr for record in CATALOG}))
def test_a_description_names_its_source(name):
    descr = read_descr(name)
    for entry in (":Number of instances:", ":Source:", ":Creators:", ":License:", "References"):
        assert entry in descr


@pytest.mark.parametrize("record", CATALOG, ids=lambda record: record.title)
def test_files_and_arrays(record):
    arrays = {}
    for file in record.files:
        arrays |= file.arrays
        digests = [file.sha256, *(array.sha256 for array in file.arrays.values())]
        assert all(re.fullmatch("([0-9a-f]{64})?", digest) for digest in digests)
        assert bool(file.sha256) != file.name.startswith("n_mnist/")  # no published digests
        assert file.urls[0].startswith("https://")
        assert len(file.urls) == len(set(file.urls)) > 1
        for url in file.urls[1:]:
            assert url.startswith(("https://", "http://") if file.sha256 else "https://")
        assert ".." not in PurePosixPath(file.name).parts
        assert not PurePosixPath(file.name).is_absolute()
    assert {f"{kind}_{part}" for kind in "xy" for part in ("train", "test")} == arrays.keys()
    n_pixels = record.image_shape[0] * record.image_shape[1]
    for part in ("train", "test"):
        n, *pixels = arrays[f"x_{part}"].shape
        assert arrays[f"y_{part}"].shape[0] == n
        assert n_pixels == int(np.prod(pixels))
    for subset in record.subsets.values():
        assert set(subset.parts) <= {"train", "test"}


def test_files_of_the_same_name_are_the_same():
    facts = {}
    for record in CATALOG:
        for file in record.files:
            known = facts.setdefault(file.name, (file.urls, file.sha256, file.n_bytes))
            assert known == (file.urls, file.sha256, file.n_bytes)
