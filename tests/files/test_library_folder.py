"""The library on disk: lookups, a user's folder over the shipped one, and references that must exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from janusome.errors import InputError, InputErrors
from janusome.files.bibliography import parse_bibtex
from janusome.files.library import Library
from janusome.specification.rows import Host

CARRIER = """\
name: my-liposome
title: The liposome of this laboratory
kind: carrier
aliases: [our-liposome]
values:
  hydrodynamic_diameter: {value: 92, unit: nm, conditions: {weighting: intensity, medium: PBS}}
  zeta_potential: {value: -12, unit: mV, grade: measured, source: Ours2024, where: notebook 3}
"""
BIB = "@misc{Ours2024, title = {Notebook}, year = 2024}"


def user_library(folder: Path, *, carrier: str = CARRIER, bib: str = BIB, name: str = "my-liposome") -> Library:
    (folder / "carriers").mkdir()
    (folder / "carriers" / f"{name}.yaml").write_text(carrier)
    (folder / "sources.bib").write_text(bib)
    return Library(folder)


def test_nothing_is_wrong_with_the_shipped_library():
    assert Library().check() == ()


def test_every_kind_lists_names_and_titles():
    library = Library()
    for kind in library.kinds:
        summaries = library.summaries(kind)
        assert summaries, kind
        assert all(each.title and each.origin == "shipped" for each in summaries), kind


def test_a_row_is_found_by_name_and_by_alias():
    library = Library()
    for kind in library.kinds:
        for each in library.summaries(kind):
            for word in (each.name, *each.aliases):
                assert library.row(kind, word).name == each.name


def test_an_unknown_name_is_refused_with_near_misses():
    with pytest.raises(InputError, match=r"drug 'doxorubicine' is not in the library; did you mean doxorubicin"):
        Library().row("drug", "doxorubicine")
    with pytest.raises(InputError, match=r"kind 'drugs' is not in the library; did you mean drug"):
        Library().names("drugs")
    with pytest.raises(InputError, match=r"'doxxil' is not in the library; did you mean doxil"):
        Library().find("doxxil")


def test_a_name_is_found_whatever_its_kind():
    assert [row.name for row in Library().find("doxil")] == ["doxil"]


def test_names_do_not_reach_outside_the_library():
    for name in ("../sources", "/etc/passwd", "..", ""):
        with pytest.raises(InputError, match="is not in the library"):
            Library().row("carrier", name)


def test_a_users_row_stands_beside_the_shipped_ones(tmp_path: Path):
    library = user_library(tmp_path)
    assert "peg-liposome" in library.names("carrier")
    row = library.row("carrier", "our-liposome")
    assert row.find("hydrodynamic_diameter")[0].origin == "user library"
    assert row.find("hydrodynamic_diameter")[0].grade == "given"
    assert (library.origin("carrier", "my-liposome"), library.origin("carrier", "peg-liposome")) == ("user library", "shipped")
    assert library.sources["Ours2024"].fields["title"] == "Notebook"


def test_a_users_row_replaces_the_shipped_one_of_its_name(tmp_path: Path):
    carrier = CARRIER.replace("my-liposome", "peg-liposome")
    library = user_library(tmp_path, carrier=carrier, name="peg-liposome")
    assert library.row("carrier", "peg-liposome").title == "The liposome of this laboratory"
    assert Library().row("carrier", "peg-liposome").title != "The liposome of this laboratory"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Ours2024, where", "Ours2042, where"), r"source \(line 7\) is 'Ours2042', which sources.bib does not have"),
        (("name: my", "name: your"), r"name \(line 1\) is 'your-liposome' in the file my-liposome\.yaml; name it my-liposome"),
        (("kind: carrier", "kind: drug"), r"kind \(line 3\) is 'drug'; allowed is carrier"),
        (("92, unit: nm", "92, unit: kg"), r"hydrodynamic_diameter \(line 6\) is '92 kg', which measures mass"),
        (("title:", "titel:"), r"titel \(line 2\) is no known key; did you mean title"),
        (("values:", "values: &x"), r"5:9 holds the anchor &x"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_refused_with_its_line(tmp_path: Path, change: tuple[str, str], message: str):
    library = user_library(tmp_path, carrier=CARRIER.replace(*change))
    with pytest.raises(InputError, match=message):
        library.row("carrier", "my-liposome")
    assert library.check()


def test_a_broken_reference_between_rows_is_told(tmp_path: Path):
    (tmp_path / "formulations").mkdir()
    row = "name: mine\nkind: formulation\ncarrier: peg-liposom\npayloads: {doxorubicine: {}}\n"
    (tmp_path / "formulations" / "mine.yaml").write_text(row)
    told = "\n".join(map(str, Library(tmp_path).check()))
    assert "carrier (line 3) is the carrier 'peg-liposom', which is not in the library; did you mean peg-liposome" in told
    assert "payloads.doxorubicine (line 4) is the drug 'doxorubicine'" in told


def test_a_folder_that_is_no_library_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="does not exist"):
        Library(tmp_path / "none")
    with pytest.raises(InputError, match="holds no rows; put them into the folders carriers, drugs"):
        Library(tmp_path)
    (tmp_path / "carrier").mkdir()
    with pytest.raises(InputError, match="holds the folder 'carrier'; did you mean carriers"):
        Library(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        Library(tmp_path / "file")


def test_bibtex_is_read_with_braces_quotes_and_bare_years():
    text = """% a comment
    @comment{nothing}
    @article{A2000, author = {Ann {A}uthor and Bo {\\'E}. Other}, title = "The {PEG} \\& the rest", year = 2000,
      journal = {J. Things}, volume = 3, pages = {1--9}, doi = {10.1/x},}
    @book{B2001,title={T}}"""
    found = parse_bibtex(text, name="sources.bib")
    assert set(found) == {"A2000", "B2001"}
    assert found["A2000"].fields["title"] == "The PEG & the rest"
    assert found["A2000"].citation().startswith("Ann Author and Bo")
    assert found["A2000"].citation().endswith("(2000). The PEG & the rest. J. Things 3 1--9. doi:10.1/x.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n@article{A, title = {x}", r"sources\.bib:2 opens an entry that is never closed"),
        ("@article{A, title = {x}}\n@book{A, title = {y}}", r"sources\.bib:2 gives the key A again"),
        ("@article{A, title = }", "has a field without a value"),
        ("@article{A, title x}", "has text that is no field in the entry A"),
        ("@article{, title = {x}}", "has an entry without a key"),
        ('@article{A, title = "x}', "has a quoted field that is never closed"),
    ],
)
def test_bibtex_that_cannot_be_read_is_refused_with_its_line(text: str, message: str):
    with pytest.raises(InputError, match=message):
        parse_bibtex(text, name="sources.bib")


def test_a_row_with_several_faults_tells_them_all(tmp_path: Path):
    carrier = CARRIER.replace("nm", "kg").replace("mV", "furlong")
    with pytest.raises(InputErrors) as refused:
        user_library(tmp_path, carrier=carrier).row("carrier", "my-liposome")
    assert len(refused.value.refusals) == 2


def test_showing_bone_marrow_shows_the_bone_of_every_host_and_says_so():
    library = Library()
    found = library.find("bone marrow")
    assert [row.name for row in found] == list(library.names("host"))
    assert all(set(row.organs) == {"bone"} for row in found if isinstance(row, Host))
    assert all(str(row.notes).startswith("bone marrow is read as bone, the skeleton with its marrow") for row in found)
    with pytest.raises(InputError, match="did you mean marrow"):
        library.find("marow")
