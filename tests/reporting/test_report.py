"""The report: one file that reads without the program, without a network and without eyes."""

from __future__ import annotations

import dataclasses
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise

import matplotlib as mpl
import pytest

from janusome.reporting.report import report
from synthetic import record

CITATIONS = {
    "Author1988": "Author, A. (1988). A title. Journal 1 2-3.",
    "Author2010": "Author, C. (2010). Another. Journal 4.",
}
RECORD = record(draws=12, points=60)


class Page(HTMLParser):
    """Collects tags, and every address that a page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def html():
    return report(RECORD, citations=CITATIONS)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_it_loads_nothing_from_anywhere(html, page):
    addresses = [
        value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href") and value
    ]
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert not page.all("link")
    assert "@import" not in html
    assert "url(" not in html
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")


def test_every_link_inside_leads_somewhere(page):
    named = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {link["href"][1:] for link in page.all("a")} <= named


def test_every_picture_has_words_for_who_cannot_see_it(page):
    pictures = page.all("img")
    assert len(pictures) > 10
    assert all(len(picture["alt"] or "") > 3 for picture in pictures)
    assert page.all("html") == [{"lang": "en"}]


def test_headings_descend_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_it_says_that_it_is_for_research_only(page):
    assert page.text.count("Research use only") == 2


def test_it_is_small_enough_to_send(html):
    assert len(html.encode()) < 6e6


def test_every_value_stands_in_it_with_grade_and_source(page):
    for value in RECORD.values:
        assert value.name.replace("_", " ") in page.text
        assert value.owner in page.text
    for line in CITATIONS.values():
        assert line in page.text


def test_cautions_assumptions_ledger_laws_and_versions_stand_in_it(page):
    for caution in RECORD.cautions:
        assert caution in page.text
    assert "no measurement in human tumors" in page.text
    assert "3.1 × 10⁻¹¹" in page.text
    assert "Binding: ligands hold carriers" in page.text
    assert RECORD.versions["jax"] in page.text
    assert f"Seed {RECORD.seed}" in page.text


def test_what_the_rules_do_not_give_is_named_and_never_nan(html, page):
    assert "not estimable" in page.text
    assert "it forms from another species" in page.text
    assert not re.search(r"\bnan\b", page.text)
    assert "None" not in page.text


def test_what_a_study_says_cannot_become_part_of_the_page():
    evil = "<script>alert(1)</script>"
    arm = dataclasses.replace(RECORD.arms[0], name=evil, maps=(), scans=())
    html = report(dataclasses.replace(RECORD, title=evil, arms=(arm,), cautions=(evil,), study={"host": evil}))
    assert evil not in html
    assert "&lt;script&gt;" in html


def test_drawing_leaves_the_settings_of_matplotlib_alone_and_never_opens_a_window(html):
    assert html
    assert mpl.rcParams["axes.grid"] is mpl.rcParamsDefault["axes.grid"]
    assert mpl.rcParams["svg.fonttype"] == mpl.rcParamsDefault["svg.fonttype"]
    assert "matplotlib.pyplot" not in sys.modules


def test_the_same_record_gives_the_same_report(html):
    assert report(RECORD, citations=CITATIONS) == html


@pytest.mark.parametrize(
    "change", [{"maps": ()}, {"scans": ()}, {"courses": ()}, {"doses": (), "courses": (), "maps": (), "scans": ()}]
)
def test_an_arm_that_lacks_something_is_still_reported(change):
    arm = dataclasses.replace(RECORD.arms[0], **change)
    html = report(dataclasses.replace(RECORD, arms=(arm,), drivers=(), values=(), laws={}))
    assert RECORD.title in Page(html).text


def test_one_draw_has_no_intervals_and_says_so():
    text = Page(report(record(draws=1, points=40))).text
    assert "without an ensemble there are no intervals" in text


def test_an_equation_that_cannot_be_drawn_is_written_out():
    laws = {"odd": {"title": "Odd", "equation": r"\unknowncommand{x}", "sources": [], "where": "body"}}
    assert r"\unknowncommand{x}" in Page(report(dataclasses.replace(RECORD, laws=laws))).text


def test_maps_say_their_scale_and_are_coloured_alike_in_every_arm(page):
    assert "the bar is 10 mm" in page.text
    assert "colours go from 0 to 11.6 mmHg" in page.text or "colours go from 0 to 12 mmHg" in page.text
    assert re.search(r"colours go from 0 to [\d.]+ µg/mL in the arms treated and free-drug, the bar is 10 mm", page.text)
    pictures = [picture["alt"] or "" for picture in page.all("img")]
    assert "Map of interstitial pressure in breast-her2, middle slice, throughout." in pictures
    assert any("against depth under the surface of breast-her2, mm, at 1\u00a0h, 24\u00a0h" in words for words in pictures)


def test_tumor_read_outs_stand_with_intervals_units_and_reasons(page):
    assert "Tumor read-outs" in page.text
    assert re.search(r"0\.00\d+ \(0\.00\d+ to 0\.00\d+\)\u00a0%/g", page.text)
    assert "AUC per tissue volume over AUC in plasma, 0 to 24\u00a0h" in page.text.replace("0\u00a0h to", "0 to")
    assert "not reached within 9 mm: at its lowest it is 40% of the outermost layer, above 37%" in page.text
    assert "share of viable cells above half of the mean" in page.text
