"""The figures of a report: SVG images whose comments hold the texts that are drawn as paths."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from skmnist.report import _figures
from skmnist.report._figures import short_names


def content_of(uri):
    kind, _, content = uri.partition(";base64,")
    assert kind == "data:image/svg+xml"
    return base64.b64decode(content).decode()


def texts_of(uri):
    return [text.strip() for text in re.findall("<!-- (.*?) -->", content_of(uri), re.DOTALL)]


def test_every_figure_is_an_image_that_loads_nothing(report):
    for section in report.sections:
        for figure in section.figures:
            root = ElementTree.fromstring(content_of(figure.uri))
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            links = [
                value
                for element in root.iter()
                for name, value in element.attrib.items()
                if name.endswith("href")
            ]
            assert all(link.startswith(("#", "data:image/png")) for link in links)
            assert not root.findall(".//{http://www.w3.org/2000/svg}script")


@pytest.mark.parametrize("n_classes", [10, 31])
def test_a_large_confusion_matrix_has_colors_only(n_classes):
    counts = 70 * np.eye(n_classes, dtype=int)
    texts = texts_of(_figures.confusion_matrix_figure(counts, np.arange(n_classes)))
    assert {"true label", "predicted label"} <= set(texts)
    assert ("images" in texts) == (n_classes > 30)
    assert texts.count("70") == (10 if n_classes == 10 else 1)  # one on the scale


def test_labels_are_shortened_and_not_read_as_formulas():
    labels = np.array(["$\\frac", "the first class of all"])
    texts = texts_of(_figures.confusion_matrix_figure(np.ones((2, 2), int), labels))
    assert texts.count("$\\frac") == texts.count("the firs…all") == 2
    images = np.zeros((2, 64))
    gallery = _figures.errors_figure(images, labels, labels[::-1], np.array([0.9, 0.8]), (8, 8))
    assert "$\\frac as the …all" in "\n".join(texts_of(gallery))


def test_short_names_are_distinct():
    assert short_names(np.array([3, 11]), 8) == {3: "3", 11: "11"}
    names = [f"{i} is the number of the class" for i in (1, 2)]
    assert list(short_names(np.array(names), 8).values()) == ["1 is…ass", "2 is…ass"]
    names = [f"the class of number {i} of them" for i in (1, 2)]
    assert list(short_names(np.array(names), 8).values()) == names
