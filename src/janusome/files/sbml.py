"""SBML: an assembled arm written as the list of reactions that it is, for any other solver to run.

Amounts are species, everything that a law reads is a parameter with the value of one lane, and each thing that a law moves is
a reaction with the law's own formula as its rate. Doses are initial amounts, infusions and later doses are events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.files.sbml_formulas import leaves, printer, shared, signed_terms
from janusome.model import AbstractProcess
from janusome.numerics.tape import Segment
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.tracing import trace
from janusome.simulation.assembly import Assembly
from janusome.simulation.layout import ABSENT

LEVEL, VERSION = 3, 2
ELIMINATED = "eliminated"


class Reaction(NamedTuple):
    """What one law takes from one amount and gives to another; where cells are born or vanish an end is absent."""

    law: str
    source: int
    target: int
    rate: int  # node of the graph


def export_sbml(
    assembly: Assembly,
    path: Path,
    *,
    lane: int = 0,
    initial: NDArray[np.float64] | None = None,
    segments: Sequence[Segment] = (),
    name: str = "janusome",
) -> None:
    """Write one lane of an assembled arm as SBML Level 3 Version 2 (amounts in mol, cells as numbers, time in s).

    Parameters
    ----------
    initial
        The state before the first dose; that of the assembly (the cells of its lesions, and nothing else) if absent.
    segments
        The timeline, as `simulation.protocol.segments` gives it.

    Raises
    ------
    InputError
        If python-libsbml is not installed, or a law uses what SBML has no word for.
    """
    path.write_text(sbml_text(assembly, lane=lane, initial=initial, segments=segments, name=name), encoding="utf-8")


def sbml_text(
    assembly: Assembly, *, lane: int, initial: NDArray[np.float64] | None, segments: Sequence[Segment], name: str
) -> str:
    """Return what `export_sbml` writes."""
    try:
        import libsbml
    except ImportError as error:
        raise InputError(
            "the export to SBML", "needs python-libsbml, which is not installed", "run: pip install 'janusome[sbml]'"
        ) from error
    graph, y, p = Graph(), [], []
    y += graph.inputs(assembly.layout.size, vary=True)
    p += graph.inputs(len(assembly.parameter_names), vary=False)
    reactions = list(reactions_of(assembly, graph, y, p))
    writer = _Writer(libsbml, assembly, graph, y, p, name)
    start = (assembly.initial[lane] if initial is None else np.asarray(initial, dtype=np.float64)).copy()
    values = assembly.parameters[lane].copy()
    if segments:
        start += _of_lane(segments[0].jump, lane, size=len(start))
        for column, control in (segments[0].controls or {}).items():
            values[column] = np.atleast_1d(control)[min(lane, np.size(control) - 1)]
    changing = {column for segment in segments[1:] for column in segment.controls or {}}
    writer.amounts(start, lane)
    writer.reactions(reactions, values, changing)
    for segment in segments[1:]:
        values = writer.event(segment, lane, values)
    return libsbml.writeSBMLToString(writer.document)


def reactions_of(assembly: Assembly, graph: Graph, y: Sequence[int], p: Sequence[int]) -> Iterator[Reaction]:
    """Yield what each law moves: a term that one amount loses and another gains is one reaction."""
    for acting in assembly.acting:
        alone = replace(assembly, acting=(acting,), prescribed=(), inputs={})
        lost: dict[int, list[int]] = {}
        gained: dict[int, list[int]] = {}
        for index, node in enumerate(trace(alone.rates, graph, y, p, name=acting.name)):
            for sign, term in signed_terms(graph, node):
                (gained if sign > 0 else lost).setdefault(term, []).append(index)
        for term in dict.fromkeys((*lost, *gained)):
            sources, targets = lost.get(term, []), gained.get(term, [])
            count = max(len(sources), len(targets))
            sources, targets = (ends + [ABSENT] * (count - len(ends)) for ends in (sources, targets))
            yield from (Reaction(acting.name, *ends, term) for ends in zip(sources, targets, strict=True))


class _Writer:
    """Fills one SBML document."""

    def __init__(self, libsbml: Any, assembly: Assembly, graph: Graph, y: Sequence[int], p: Sequence[int], name: str) -> None:
        self.sbml, self.assembly, self.graph = libsbml, assembly, graph
        self.document = libsbml.SBMLDocument(LEVEL, VERSION)
        self.model = self.document.createModel()
        self.taken: set[str] = set()
        self.model.setId(self.identifier(name))
        self.model.setName(name)
        self.model.setTimeUnits("second")
        self.model.setSubstanceUnits("mole")
        self.model.setExtentUnits("mole")
        self.species = [self.identifier(one) for one in assembly.layout.names]
        self.columns = {node: column for column, node in enumerate(p)}
        self.states = {node: index for index, node in enumerate(y)}
        self.names: dict[int, str] = dict(zip(y, self.species, strict=True))
        self.parameters: dict[int, str] = {}
        self.labels = _labels(assembly)

    def identifier(self, text: str) -> str:
        """Return an identifier that says what the text says and that nothing else has."""
        plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
        plain = plain if re.match(r"[A-Za-z]", plain) else f"n_{plain}"
        found, count = plain, 1
        while found in self.taken:
            count += 1
            found = f"{plain}_{count}"
        self.taken.add(found)
        return found

    def formula(self, text: str) -> Any:
        """Return infix text as the tree that SBML holds."""
        tree = self.sbml.parseL3Formula(text)
        if tree is None:
            raise InputError("the export to SBML", f"could not write {text}", self.sbml.getLastParseL3Error())
        return tree

    def amounts(self, start: NDArray[np.float64], lane: int) -> None:
        """Write places and what stands at them."""
        homes = {
            index: self.compartment(*place, size) for place, size, indices in _places(self.assembly, lane) for index in indices
        }
        elsewhere = self.compartment("", ELIMINATED, 1.0)
        cells = {int(index) for indices in self.assembly.layout.cells.values() for index in indices}
        for index, text in enumerate(self.assembly.layout.names):
            one = self.model.createSpecies()
            one.setId(self.species[index])
            one.setName(text)
            one.setCompartment(homes.get(index, elsewhere))
            one.setSubstanceUnits("dimensionless" if index in cells else "mole")
            one.setInitialAmount(float(start[index]))
            one.setHasOnlySubstanceUnits(True)
            one.setBoundaryCondition(index in self.assembly.prescribed)
            one.setConstant(False)

    def compartment(self, region: str, place: str, size: float) -> str:
        """Write one place; amounts do not depend on its size, which is its tissue volume."""
        one = self.model.createCompartment()
        one.setId(self.identifier(f"place_{place}"))
        one.setName(f"{place} ({region})" if region not in ("", place) else place)
        one.setSize(size)
        one.setConstant(True)
        return one.getId()

    def reactions(self, reactions: Sequence[Reaction], values: NDArray[np.float64], changing: set[int]) -> None:
        """Write the reactions with the parameters and the shared expressions that they speak of."""
        roots = [one.rate for one in reactions]
        named = shared(self.graph, roots)
        inputs = self.assembly.inputs
        used = [node for node in self.graph.reachable(roots) if node in self.columns]
        for column in sorted({*(self.columns[node] for node in used), *inputs.values(), *changing}):
            self.parameter(column, float(values[column]), constant=column not in changing)
        by_column = {column: node for node, column in self.columns.items()}
        self.names |= {by_column[column]: text for column, text in self.parameters.items()}
        self.names |= {node: self.identifier(f"shared_{k}") for k, node in enumerate(named)}
        spelled = printer(self.graph, self.names, place=f"model {self.model.getName()}")
        for node in named:
            one = self.model.createParameter()
            one.setId(self.names[node])
            one.setConstant(False)
            rule = self.model.createAssignmentRule()
            rule.setVariable(self.names[node])
            rule.setMath(self.formula(spelled(node)))
        for one in reactions:
            text = self.names.get(one.rate) or spelled(one.rate)
            read = leaves(self.graph, one.rate, stop=set(named))
            self.reaction(one.law, one.source, one.target, text, [self.states[node] for node in read if node in self.states])
        for state, column in inputs.items():
            if state in self.assembly.prescribed:
                rule = self.model.createRateRule()
                rule.setVariable(self.species[state])
                rule.setMath(self.formula(self.parameters[column]))
            else:
                self.reaction("protocol", ABSENT, state, self.parameters[column], [])

    def parameter(self, column: int, value: float, *, constant: bool) -> None:
        """Write one number that laws read."""
        text = self.labels.get(column, self.assembly.parameter_names[column])
        one = self.model.createParameter()
        one.setId(self.identifier(text))
        one.setName(text)
        one.setValue(value)
        one.setConstant(constant)
        self.parameters[column] = one.getId()

    def reaction(self, law: str, source: int, target: int, rate: str, read: Sequence[int]) -> None:
        """Write one reaction; species that its rate reads and that it does not change are its modifiers."""
        names = self.assembly.layout.names
        ends = " to ".join(names[index] for index in (source, target) if index != ABSENT)
        one = self.model.createReaction()
        one.setId(self.identifier(f"{law}: {ends}"))
        one.setName(f"{law}: {ends}")
        one.setReversible(False)
        for index, create in ((source, one.createReactant), (target, one.createProduct)):
            if index != ABSENT:
                end = create()
                end.setSpecies(self.species[index])
                end.setStoichiometry(1.0)
                end.setConstant(True)
        for index in dict.fromkeys(read):
            if index not in (source, target):
                one.createModifier().setSpecies(self.species[index])
        one.createKineticLaw().setMath(self.formula(rate))

    def event(self, segment: Segment, lane: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Write what a breakpoint changes, and return the parameters after it."""
        after = values.copy()
        jump = _of_lane(segment.jump, lane, size=len(self.species))
        for column, control in (segment.controls or {}).items():
            after[column] = np.atleast_1d(control)[min(lane, np.size(control) - 1)]
        assigned = {self.species[k]: f"{self.species[k]} + {float(jump[k])!r}" for k in np.flatnonzero(jump)}
        assigned |= {self.parameters[k]: repr(float(after[k])) for k in np.flatnonzero(after != values).tolist()}
        if assigned:
            self.moment(segment.start, assigned)
        return after

    def moment(self, time: float, assigned: Mapping[str, str]) -> None:
        """Write one event."""
        one = self.model.createEvent()
        one.setId(self.identifier(f"breakpoint at {time:g} s"))
        one.setUseValuesFromTriggerTime(True)
        trigger = one.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(self.formula(f"time >= {float(time)!r}"))
        for variable, text in assigned.items():
            assignment = one.createEventAssignment()
            assignment.setVariable(variable)
            assignment.setMath(self.formula(text))


def _labels(assembly: Assembly) -> dict[int, str]:
    """Return what each parameter is, in words: the law, the species, the quantity, and the place or the two that it joins."""
    found: dict[int, str] = {}
    for acting in assembly.acting:
        places = [acting.region.places[k] for k in acting.places]
        joined = [f"from {places[i]} to {places[j]}" for i, j in np.asarray(acting.links).tolist()]
        of = f"{acting.name}, {acting.species}" if acting.species is not None else acting.name
        named = dict(acting.fields) | dict(acting.surroundings)
        named |= {f"{site} volume": where for site, where in acting.volumes.items()}
        named |= {f"{site} ph": where for site, where in acting.ph.items()}
        for name, where in named.items():
            columns = range(where.start, where.stop)
            along = joined if _is_of_links(acting.law, name) else [f"in {place}" for place in places]
            found |= {column: f"{of}: {name} {text}" for column, text in zip(columns, along, strict=True)}
    return found


def _is_of_links(law: type[AbstractProcess], name: str) -> bool:
    declared = {one.name: one for one in fields(law)}
    return name in declared and declared[name].metadata.get("per") == "link"


def _places(assembly: Assembly, lane: int) -> Iterator[tuple[tuple[str, str], float, list[int]]]:
    """Yield every place with its tissue volume and the amounts that stand there."""
    layout = assembly.layout
    for region in assembly.regions:
        volume = np.broadcast_to(assembly.tissue_volume[region.name], (len(assembly.parameters), len(region.places)))[lane]
        held = [index for pool, index in layout.pools.items() if pool.region == region.name]
        held += [index for (lesion, _), index in layout.cells.items() if lesion == region.name]
        for k, place in enumerate(region.places):
            yield (region.name, place), float(volume[k]), [int(index[k]) for index in held if index[k] != ABSENT]


def _of_lane(table: Any, lane: int, *, size: int) -> NDArray[np.float64]:
    """Return the row of a lane of what is given once for all lanes or once for each."""
    if table is None:
        return np.zeros(size)
    rows = np.atleast_2d(np.asarray(table, dtype=np.float64))
    return rows[min(lane, len(rows) - 1)]
