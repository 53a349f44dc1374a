"""The report in a real browser: light, dark, and on a phone."""

import html
import json
import re
import shutil
import subprocess

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--virtual-time-budget=10000",
    "--dump-dom",
)
VIEWS = {
    "phone, light": (390, "light"),
    "phone, dark": (390, "dark"),
    "screen, light": (1280, "light"),
    "screen, dark": (1280, "dark"),
}
# A page that shows the report in a frame for each view, and replaces itself by what it finds there.
PROBE = """<!DOCTYPE html><meta charset="utf-8">
%s
<script>
onload = () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, view = frame.contentWindow;
    const wide = [...page.querySelectorAll("body *")].filter(
      e => !e.closest("table") && e.getBoundingClientRect().right > view.innerWidth + 1);
    found[frame.title] = {
      width: view.innerWidth,
      scrollWidth: page.documentElement.scrollWidth,
      wide: wide.map(e => e.outerHTML.slice(0, 80)),
      color: view.getComputedStyle(page.body).color,
      background: view.getComputedStyle(page.body).backgroundColor,
      images: [...page.images].map(image => image.naturalWidth),
      scripts: page.scripts.length,
      text: page.body.innerText,
      requests: view.performance.getEntriesByType("resource").map(e => e.name.slice(0, 40)),
    };
  }
  document.open();
  document.write("<pre></pre>");
  document.querySelector("pre").textContent = JSON.stringify(found);
};
</script>
"""


@pytest.fixture(scope="module")
def found(report, tmp_path_factory):
    """Return what the browser finds in each view, after one run for all."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser on PATH: one of {', '.join(BROWSERS)}")
    folder = tmp_path_factory.mktemp("browser")
    report.save(folder / "report.html")
    frames = "\n".join(
        f'<iframe src="report.html" title="{name}" '
        f'style="width: {width}px; height: 800px; border: 0; color-scheme: {scheme}"></iframe>'
        for name, (width, scheme) in VIEWS.items()
    )
    (folder / "probe.html").write_text(PROBE % frames, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [browser, *FLAGS, profile, (folder / "probe.html").as_uri()]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    (result,) = re.findall("<pre>(.*?)</pre>", done.stdout.decode(), re.S)
    return json.loads(html.unescape(result))


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_overflows(found, view):
    width, _ = VIEWS[view]
    assert found[view]["width"] == width
    assert found[view]["scrollWidth"] <= width
    assert found[view]["wide"] == []


@pytest.mark.parametrize("view", VIEWS)
def test_colors_follow_the_system(found, view):
    text, page = (luminance(found[view][name]) for name in ("color", "background"))
    assert (page < text) == (VIEWS[view][1] == "dark")
    # The strictest level (AAA) of the Web Content Accessibility Guidelines 2.2.
    assert (max(text, page) + 0.05) / (min(text, page) + 0.05) > 7


def luminance(color):
    """Return the relative luminance of a color, as WCAG defines it."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("view", VIEWS)
def test_figures_are_shown_and_nothing_is_requested(found, report, view):
    assert len(found[view]["images"]) == sum(len(section.figures) for section in report.sections)
    assert min(found[view]["images"]) > 100  # pixels
    assert [name for name in found[view]["requests"] if not name.startswith("data:")] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_label_that_looks_like_a_script_is_text(found, view):
    assert found[view]["scripts"] == 0
    assert "<script>alert(1)</script>" in found[view]["text"]
