"""What each record of a downloaded data set must have."""

import importlib
import pkgutil
import re

import pytest

import skmnist.datasets
from skmnist.datasets._bunch import read_descr
from skmnist.datasets._records import DatasetRecord

MODULES = [
    importlib.import_module(f"skmnist.datasets.{module.name}")
    for module in pkgutil.iter_modules(skmnist.datasets.__path__)
]
RECORDS = {
    record.function: record
    for module in MODULES
    for record in vars(module).values()
    if isinstance(record, DatasetRecord)
}


def test_every_fetch_function_has_a_record():
    functions = {name for name in skmnist.datasets.__all__ if name.startswith("fetch_")}
    assert RECORDS.keys() == functions, "DatasetRecord.function is the name in datasets.__all__"


@pytest.mark.parametrize("function", RECORDS)
def test_a_description_names_its_source(function):
    descr = read_descr(RECORDS[function].descr)
    for entry in (":Source:", ":Creators:", ":License:"):
        assert entry in descr


@pytest.mark.parametrize("function", RECORDS)
def test_files_and_arrays(function):
    arrays = {}
    for file in RECORDS[function].files:
        arrays |= file.arrays
        digests = [file.sha256, *(array.sha256 for array in file.arrays.values())]
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
        assert file.url.startswith("https://")
    assert arrays.keys() == {"x_train", "y_train", "x_test", "y_test"}
    for part in ("train", "test"):
        n, _height, _width = arrays[f"x_{part}"].shape
        assert arrays[f"y_{part}"].shape == (n,)
