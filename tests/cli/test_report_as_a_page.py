"""A report as a page to send around: self-contained, readable on a phone, and nothing in it runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labeler.labels.label import Label
from tests.browser import a_browser
from tests.cli.labels_of_a_team import team_labels, write_team_labels
from tests.cli.program import Program

HOSTILE = '"><script>document.title="owned"</script><img src=http://evil/x onerror=alert(1)> {{ 7*7 }} \x1b[31m\u202e'
HOSTILE_STYLE = "x;}</style><script>document.title='owned'</script>"


@pytest.fixture
def page(labeler: Program) -> Path:
    """A page about labels whose questions, people, values, traces and comments are hostile, too."""
    hostile = [
        Label(
            f"{HOSTILE}{trace}",
            name,
            (HOSTILE, HOSTILE_STYLE)[(trace + number) % 2],
            rationale=HOSTILE,
            reviewer=f"{name}{number}",
            created_at_ms=1_790_000_000_000,
        )
        for name in (HOSTILE, HOSTILE_STYLE, "w" * 200)
        for trace in range(20)
        for number in range(2)
    ]
    file = write_team_labels(labeler.work / "labels.jsonl", [*team_labels(), *hostile])
    ended = labeler.run("report", str(file), "--format", "html", "-o", "report.html")
    assert (ended.code, ended.out) == (0, "")
    assert "written to report.html" in ended.err
    return labeler.work / "report.html"


@pytest.mark.slow
def test_in_a_browser_without_a_network_nothing_is_asked_for_nothing_runs_and_nothing_overflows(page: Path) -> None:
    with a_browser() as browser:
        browser.go_offline()
        for width in (390, 1440):
            for scheme in ("light", "dark"):
                browser.open(page, width=width, scheme=scheme)
                assert browser.value("document.documentElement.scrollWidth") <= width
                assert str(browser.value("document.title")).startswith("What the labels say")
                assert browser.value("document.scripts.length + document.images.length") == 0
                paper = browser.value("getComputedStyle(document.body).backgroundColor")
                assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}[scheme]
                assert browser.value("document.querySelectorAll('svg rect').length") > 10
        text = browser.value("document.body.innerText")
        assert '<script>document.title="owned"</script>' in text
        assert "{{ 7*7 }}" in text
        assert "⟨U+202E⟩" in text
        assert set(browser.requests) == {page.as_uri()}


@pytest.mark.slow
def test_a_page_has_every_figure_and_the_same_labels_give_the_same_bytes(labeler: Program, page: Path) -> None:
    again = labeler.run("report", str(labeler.work / "labels.jsonl"), "--format", "html")
    text = page.read_text(encoding="utf-8")
    assert again.out == text
    [told] = labeler.run("report", "labels.jsonl", "--json").lines
    correct = next(question for question in told["questions"] if question["name"] == "correct")
    assert f"{correct['alpha']:.2f} [{correct['ci'][0]:.2f}, {correct['ci'][1]:.2f}]" in text
    for reviewer in told["reviewers"]:
        if "x.io" in reviewer["reviewer"]:
            assert reviewer["reviewer"] in text
    assert "misses the bar" in text
    # A chart of answers has no legend, which was cut off: the values above it have the colours of its series.
    assert re.search(r"background:var\(--series-1\)", text)
    assert 'class="legend' not in text
    assert "<script" not in text
    assert not re.search(r"<[a-z][^<>]*\s(src|href|xlink:href)=", text)


def test_without_the_extra_it_says_what_to_install_before_anything_is_read(labeler: Program) -> None:
    hide = "import importlib.util as u; found = u.find_spec; u.find_spec = lambda name: name != 'pygal' and found(name)"
    run = "from labeler.cli.main import main; raise SystemExit(main(['report', 'nowhere.jsonl', '--format', 'html']))"
    ended = labeler.run_python("-c", f"{hide}; {run}")
    assert ended.code == 2
    assert "pip install 'trace-labeler[report]'" in ended.err
    assert "nowhere" not in ended.err
