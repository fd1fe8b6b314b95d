"""The command line: what it prints, its exit status, what it leaves behind, and how light it is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import janusome
from janusome import verbs
from janusome.cli.main import app
from janusome.errors import MachineError, SolverError
from synthetic import record

LIGHT = """
import sys
from janusome.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"jax", "numba", "matplotlib", "xarray"} & set(sys.modules)
assert not heavy, heavy
"""
STUDY = """
study: A liposome in a woman
formulation: doxil
host: human-female
tumor: {kind: breast-her2, volume: 2 cm^3}
protocol:
  - {at: 0 h, dose: 30 mg/m^2, of: doxorubicin, route: intravenous, over: 1 h}
outputs: {until: 3 d, draws: 2}
"""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def simulated(monkeypatch):
    """Put a made record in place of the simulation, and keep what it was called with."""
    import janusome.reporting.execution as module

    calls = []

    def simulate(study, *, grids, control, plain):
        calls.append((study, grids, control, plain))
        control.on_progress("treated", 1.0)
        return record(draws=3, points=30)

    monkeypatch.setattr(module, "simulate", simulate)
    return calls


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["--version"], ["list"], ["list", "carriers"], ["show", "doxil"], ["schema"]]
)
def test_looking_things_up_imports_nothing_heavy(words):
    done = subprocess.run([sys.executable, "-c", LIGHT, *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_validating_imports_no_jax(study):
    code = LIGHT.replace('"numba", "matplotlib", "xarray"', '"numba"')
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", str(study)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "can be run" in done.stdout


def test_run_writes_a_whole_result_and_says_where_the_report_is(study, tmp_path, simulated):
    done = invoke("run", study, "-o", tmp_path / "out", "--seed", 5, "--draws", 2, "--threads", 1)
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "out" / "report.html") in done.output
    assert (tmp_path / "out" / "study.yaml").read_text() == STUDY
    ((resolved, _, control, plain),) = simulated
    assert (resolved.seed, resolved.draws, control.threads) == (5, 2, 1)
    assert plain["formulation"] == "doxil"
    account = json.loads((tmp_path / "out" / "record.json").read_text())
    assert account["run"]["overrides"] == {"draws": 2, "seed": 5}
    resolved_file = json.loads((tmp_path / "out" / "resolved.json").read_text())
    assert resolved_file["rows"]["carrier"]["name"] == "peg-liposome"
    assert resolved_file["values"]


def test_the_corona_of_a_study_is_printed_and_so_is_its_json(study):
    done = invoke("corona", study, "--draws", 5)
    assert done.exit_code == 0, done.output
    assert "zeta potential in plasma" in done.output
    assert "fibrinogen" in done.output
    found = json.loads(invoke("corona", study, "--draws", 5, "--json").stdout)
    assert len(found["proteins"]) >= 20
    assert invoke("corona", study, "--draws", -1).exit_code == 2


def test_json_is_all_that_is_printed_when_it_is_asked_for(study, tmp_path, simulated):
    done = invoke("run", study, "-o", tmp_path / "out", "--json")
    assert json.loads(done.stdout)["summary"]["schema"] == "janusome-summary/1"


def test_quiet_prints_nothing(study, tmp_path, simulated):
    assert invoke("run", study, "-o", tmp_path / "out", "--quiet").output == ""
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_result_is_replaced_only_when_asked(study, tmp_path, simulated):
    assert invoke("run", study, "-o", tmp_path / "out").exit_code == 0
    again = invoke("run", study, "-o", tmp_path / "out")
    assert again.exit_code == 2
    assert "--force" in again.output
    assert len(simulated) == 1
    assert invoke("run", study, "-o", tmp_path / "out", "--force").exit_code == 0


def test_a_refused_study_has_status_2_a_plain_message_and_leaves_no_folder(tmp_path, simulated):
    path = tmp_path / "bad.yaml"
    path.write_text(STUDY.replace("30 mg/m^2", "-30 mg/m^2").replace("doxil", "doxill"))
    done = invoke("run", path, "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "doxil" in done.output
    assert "protocol[0].dose" in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()
    assert not simulated


@pytest.mark.parametrize(("option", "number"), [("--draws", -1), ("--threads", 0), ("--seed", 2**40)])
def test_numbers_out_of_range_are_refused(study, tmp_path, option, number):
    done = invoke("run", study, "-o", tmp_path / "out", option, number)
    assert done.exit_code == 2
    assert "allowed is" in done.output


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (SolverError("the step limit was reached at 3 h"), 1, "the step limit was reached"),
        (MachineError("the disk is full"), 3, "the disk is full"),
        (MemoryError(), 3, "memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("odd"), 1, "RuntimeError: odd"),
    ],
)
def test_every_failure_has_its_status_and_leaves_nothing(study, tmp_path, monkeypatch, error, status, words):
    import janusome.reporting.execution as module

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(module, "simulate", fail)
    done = invoke("run", study, "-o", tmp_path / "out")
    assert done.exit_code == status
    assert words in done.output
    assert "Traceback" not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]


def test_ctrl_c_ends_a_run_with_status_130_and_leaves_nothing(study, tmp_path):
    study.write_text(STUDY.replace("draws: 2", "draws: 400").replace("3 d", "300 d"))
    command = [sys.executable, "-m", "janusome.cli.main", "run", str(study), "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline and not list(tmp_path.glob(".out.partial-*")):
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=100)
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]


def test_list_shows_one_kind_or_all():
    every = json.loads(invoke("list", "--json").stdout)
    drugs = json.loads(invoke("list", "drugs", "--json").stdout)
    assert {each["kind"] for each in drugs} == {"drug"}
    assert drugs == json.loads(invoke("list", "drug", "--json").stdout)
    assert len(every) > len(drugs) > 3
    assert invoke("list", "drogs").exit_code == 2


def test_show_prints_values_with_source_and_grade():
    done = invoke("show", "doxil")
    assert done.exit_code == 0
    for word in ("leak_rate_constant", "derived", "rxlist_doxil", "5th to 95th"):
        assert word in done.output
    (row,) = json.loads(invoke("show", "formulation/doxil", "--json").stdout)
    assert row["carrier"] == "peg-liposome"
    missing = invoke("show", "doxill")
    assert missing.exit_code == 2
    assert "did you mean doxil" in missing.output


def test_a_users_own_row_is_listed_as_theirs(tmp_path):
    folder = tmp_path / "mine" / "formulations"
    folder.mkdir(parents=True)
    shipped = Path(janusome.__file__).parent / "library" / "formulations" / "free-doxorubicin.yaml"
    (folder / "my-drug.yaml").write_text(
        shipped.read_text().replace("name: free-doxorubicin", "name: my-drug").replace("aliases:", "# aliases:")
    )
    found = json.loads(invoke("list", "formulations", "--library", tmp_path / "mine", "--json").stdout)
    assert {each["name"]: each["origin"] for each in found}["my-drug"] == "user library"


def test_compare_prints_inputs_then_outputs_and_writes_a_page(study, tmp_path, simulated):
    for name, seed in (("one", 1), ("two", 2)):
        assert invoke("run", study, "-o", tmp_path / name, "--seed", seed).exit_code == 0
    done = invoke("compare", tmp_path / "one", tmp_path / "two", "-o", tmp_path / "page")
    assert done.exit_code == 0, done.output
    assert done.output.index("What went in") < done.output.index("What came out")
    assert (tmp_path / "page" / "comparison.html").is_file()
    assert invoke("compare", tmp_path / "one").exit_code == 2
    assert invoke("compare", tmp_path / "one", tmp_path / "nowhere").exit_code == 2


def test_doctor_looks_at_what_a_run_needs():
    found = {check["name"]: check for check in json.loads(invoke("doctor", "--json").stdout)}
    assert {"Python", "jax", "cores", "memory", "free disk here", "JAX device", "compiler cache", "JANUSOME_DATA"} <= set(
        found
    )
    assert found["Python"]["good"]


def test_the_demo_study_is_valid_and_comes_with_the_package():
    from importlib import resources

    with resources.as_file(resources.files("janusome").joinpath("library", "studies", "demo.yaml")) as path:
        found = verbs.validate(path)
    assert found.study.formulation.name == "mm-302-cu64"


def test_python_has_the_same_verbs(study, tmp_path, simulated):
    data = {"study": "x", "formulation": "doxil", "host": "human-female", "outputs": {"until": "1 d"}}
    data["protocol"] = [{"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous"}]
    result = janusome.run(janusome.Study(**data), output=tmp_path / "out", progress=lambda what, done: None)
    assert result.summary["draws"] == 3
    assert result.record["run"]["study"] == "Study(...)"
    assert len(result.time_courses()) > 100
    assert "value" in result.fields("treated/courses")
    assert janusome.validate(result.folder / "study.yaml").title == "x"
    assert set(janusome.__all__) <= set(dir(janusome))
    with pytest.raises(AttributeError, match="nothing"):
        _ = janusome.nothing
