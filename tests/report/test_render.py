"""The two forms of a report: what is filled in is text, and nothing is loaded."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from skmnist.report import Report
from skmnist.report._parts import Section, Table
from skmnist.report._render import as_text, fence, in_markdown

LABEL = "<script>alert(1)</script>"


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(report):
    return Page(report.to_html())


def test_the_page_loads_nothing_and_runs_nothing(page, report):
    assert page.tags[0][0] == "html"
    (policy,) = (a for a in page.all("meta") if "http-equiv" in a)
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    addresses = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("src", "srcset", "href", "action", "data", "poster", "background")
    ]
    assert len(addresses) > 10
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert not page.all("script")
    assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]
    (style,) = re.findall("<style>(.*?)</style>", report.to_html(), re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style


def test_labels_are_text(page, report):
    assert LABEL in page.texts
    assert LABEL not in report.to_html()
    assert "Digits <b>& names</b>" in page.texts
    assert not page.all("b")


def test_the_page_is_accessible(page, report):
    assert page.all("html") == [{"lang": "en"}]
    assert all(image["alt"] for image in page.all("img"))
    assert len(page.all("img")) == sum(len(section.figures) for section in report.sections)
    n_tables = sum(len(section.tables) for section in report.sections)
    assert len(page.all("table")) == len(page.all("caption")) == n_tables
    headings = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings == ["h1"] + ["h2"] * len(report.sections)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    links = [attributes["href"] for attributes in page.all("a")]
    assert len(set(ids)) == len(ids)
    assert links == [f"#{name}" for name in ids]


def test_a_notebook_shows_the_page_in_a_frame(report):
    frame = Page(report._repr_html_())
    (attributes,) = frame.all("iframe")
    assert attributes["srcdoc"] == report.to_html()
    assert "sandbox" in attributes
    assert [tag for tag, _ in frame.tags] == ["iframe"]


def test_markdown(report):
    """Each table is read back, cell by cell."""
    text = report.to_markdown()
    blocks = [block for block in text.split("\n\n") if block.startswith("|")]
    tables = [table for section in report.sections for table in section.tables]
    assert len(blocks) == len(tables)
    for block, table in zip(blocks, tables, strict=True):
        head, rule, *rows = (
            re.split(r"(?<!\\)\|", line)[1:-1] for line in block.strip().splitlines()
        )
        assert [unescaped(cell) for cell in head] == [str(name) for name in table.data.columns]
        assert all(re.fullmatch(" ---:? ", cell) for cell in rule)
        cells = [
            [" ".join(as_text(cell).split()) for cell in row]
            for row in table.data.itertuples(index=False)
        ]
        assert [[unescaped(cell) for cell in row] for row in rows] == cells
    assert text.startswith(r"# Digits \<b\>\& names\</b\>")
    assert "data:" not in text
    assert "\n\n\n" not in text


def unescaped(cell):
    return re.sub(r"\\(.)", r"\1", cell.strip())


def test_cells():
    assert [as_text(cell) for cell in (None, np.nan, pd.NA)] == ["-"] * 3
    numbers = {
        0.123456: "0.1235",
        1.0: "1.0000",
        0.0: "0.0000",
        12.345678: "12.35",
        -1e-9: "-1e-09",
    }
    assert {number: as_text(np.float32(number)) for number in numbers} == numbers
    assert [as_text(cell) for cell in (123456, np.int64(7), True)] == ["123456", "7", "True"]


def test_text_in_markdown():
    assert in_markdown("a_b|c <i>\n`d`") == r"a\_b\|c \<i\> \`d\`"
    assert (fence("a"), fence("a ```` b")) == ("```", "`````")


def test_columns_of_equal_names():
    data = pd.DataFrame([["x", 1, 2]], columns=["name", "same", "same"])
    report = Report(title="t", sections=(Section("s", tables=(Table("c", data),)),))
    assert "| x | 1 | 2 |" in report.to_markdown()
    assert report.to_html().count('<td class="number">') == 2
