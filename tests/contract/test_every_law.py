"""The checks that every law and every modality passes.

A new file in a folder of laws is found, and checked, by being there.
"""

import ast
import dataclasses
import inspect
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from everything import MATERIALS, assembled
from janusome.model import (
    BOUND,
    EXITS,
    INTERSTITIUM,
    SITES,
    VESSELS,
    AbstractModality,
    AbstractProcess,
    AbstractRate,
    AbstractTransfer,
)
from janusome.numerics.precision import double
from janusome.simulation.assemble import laws
from law_cases import (
    every_law,
    every_modality,
    numbers,
    random_law,
    random_lesion,
    random_material,
    random_scene,
    random_stimulus,
)

LAWS, MODALITIES = every_law(), every_modality()
TRANSFERS = [law for law in LAWS if issubclass(law, AbstractTransfer)]
RATES = [law for law in LAWS if issubclass(law, AbstractRate)]
PLACES = 64  # independent draws in one state
TESTS = Path(__file__).parents[1]
LIBRARY = Path(inspect.getfile(AbstractProcess)).parent / "library"
# A band without the lowest frequencies leaves images that are negative beside what is bright; CT numbers are below nought in air.
SIGNED = {"Photoacoustic", "Ct"}

each_law = pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
each_transfer = pytest.mark.parametrize("law", TRANSFERS, ids=lambda law: law.__name__)
each_rate = pytest.mark.parametrize("law", RATES, ids=lambda law: law.__name__)
each_modality = pytest.mark.parametrize("modality", MODALITIES, ids=lambda modality: modality.__name__)
each_page = pytest.mark.parametrize("law", [*LAWS, *MODALITIES], ids=lambda law: law.__name__)


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


def case(law, seed, *, places=PLACES) -> tuple[Any, Any, Any]:
    """A law with the state and the stimulus that it is asked about."""
    random = np.random.default_rng(seed)
    filled = random_law(law, random, places=places, links=2 * places)
    state = random_material(law, random, places=places) if law in TRANSFERS else random_lesion(random, places=places)
    return filled, state, random_stimulus(random, places=places)


def outcome(filled, state, stimulus):
    """Everything that a law returns, as a list of arrays; JAX may hand sites over in another order."""
    if isinstance(filled, AbstractRate):
        return list(filled.rates(state, stimulus))
    moves = {(t.source, t.target, str(t.becomes)): t.coefficient for t in filled.transfers(state, stimulus)}
    return [moves[key] for key in sorted(moves)]


def emptied(state, *sites):
    """The same places without material at some sites, or at all of them."""
    kept = {site: amount * (0.0 if not sites or site in sites else 1.0) for site, amount in state.amount.items()}
    return dataclasses.replace(state, amount=kept)


@each_transfer
def test_coefficients_are_finite_over_wide_ranges(law):
    for seed in range(5):
        filled, state, stimulus = case(law, seed)
        for given in (state, emptied(state)):
            assert all(np.isfinite(one).all() for one in outcome(filled, given, stimulus))


@each_transfer
def test_coefficients_are_negative_only_where_no_state_can_come(law):
    """Below zero only beyond a capacity: with its target emptied a law moves forward, and the fuller the target the slower.

    At the fill where the coefficient passes zero nothing moves, so no state that starts below ever gets beyond.
    """
    filled, state, stimulus = case(law, 11)
    for k, transfer in enumerate(filled.transfers(state, stimulus)):
        fills = []
        for fill in (0.0, 1e-6, 1e-3, 1.0, 1e3):
            amounts = dict(state.amount)
            if transfer.target in amounts and not transfer.along_links:
                amounts[transfer.target] = fill * amounts[transfer.target]
            there = dataclasses.replace(state, amount=amounts)
            fills.append(np.asarray(filled.transfers(there, stimulus)[k].coefficient))
        assert (fills[0] >= 0.0).all()
        negative = [one < 0.0 for one in fills]
        assert all((fuller | ~emptier).all() for emptier, fuller in pairwise(negative))


@each_rate
def test_rates_of_cells_are_finite_and_leave_no_cells_below_zero(law):
    filled, state, stimulus = case(law, 12)
    assert all(np.isfinite(one).all() for one in filled.rates(state, stimulus))
    for kind in ("viable", "dying"):
        none_left = dataclasses.replace(state, **{kind: jnp.zeros(PLACES)})
        change = getattr(filled.rates(none_left, stimulus), kind)
        assert (np.asarray(change) >= 0.0).all()


def nothing_yet(lane):
    """The same law and places before anything has come."""
    filled, state, stimulus = lane
    if isinstance(filled, AbstractTransfer):
        return filled, emptied(state), stimulus
    return filled, dataclasses.replace(state, target_concentration=jnp.zeros(PLACES)), stimulus


@cache
def in_a_batch(law):
    """Lanes of a law, with what one compiled batch of them returns: the outcome, and the gradient of its sum."""
    lanes = [case(law, seed) for seed in range(3)]
    lanes.append(nothing_yet(lanes[0]))

    def one(lane):
        changing, fixed = eqx.partition(lane, eqx.is_inexact_array)
        gradient = jax.grad(lambda moving: sum(jnp.sum(part) for part in outcome(*eqx.combine(moving, fixed))))(changing)
        return outcome(*lane), gradient

    outcomes, gradients = jax.jit(jax.vmap(one))(jax.tree.map(lambda *leaves: jnp.stack(leaves), *lanes))
    return lanes, outcomes, gradients


@each_law
def test_a_law_is_differentiable_in_its_fields_and_in_the_state(law):
    _, _, gradients = in_a_batch(law)
    assert numbers(gradients)
    assert all(np.isfinite(one).all() for one in numbers(gradients))


@each_law
def test_a_compiled_batch_equals_a_plain_loop(law):
    lanes, outcomes, _ = in_a_batch(law)
    for k, lane in enumerate(lanes):
        for one, other in zip(outcomes, outcome(*lane), strict=True):
            np.testing.assert_allclose(one[k], other, rtol=1e-12, atol=0.0)


@each_law
def test_single_precision_agrees_with_double(law):
    lane = case(law, 15)
    in_double = [np.asarray(one) for one in outcome(*lane)]
    forward = outcome(lane[0], emptied(lane[1]), lane[2]) if law in TRANSFERS else in_double
    short = jax.tree.map(lambda x: x.astype(jnp.float32) if jnp.issubdtype(x.dtype, jnp.floating) else x, lane)
    for one, other, scale in zip(outcome(*short), in_double, forward, strict=True):
        assert one.dtype == jnp.float32
        size = np.maximum(
            np.abs(other), np.abs(np.asarray(scale))
        )  # a coefficient near its zero is small beside the forward one
        assert (np.abs(np.asarray(one, dtype=np.float64) - other) <= 3e-4 * size).all()


@each_law
def test_what_leaves_one_place_enters_another(law):
    name = next(file for file, one in laws().items() if one is law)
    assembly = assembled([name], seed=16)
    random = np.random.default_rng(16)
    y = 10.0 ** random.uniform(-9, -6, assembly.layout.size)
    cells = np.concatenate(list(assembly.layout.cells.values()))
    y[cells] = 10.0 ** random.uniform(6, 9, len(cells))
    parameters = assembly.parameters[0].copy()
    parameters[[acting.opening for acting in assembly.acting if acting.opening is not None]] = 0.5  # of the barrier
    change = np.asarray(jax.jit(assembly.rates)(jnp.asarray(y), jnp.asarray(parameters)))
    assert np.isfinite(change).all()
    for forms in MATERIALS:
        everywhere = np.concatenate([assembly.layout.everywhere(species) for species in forms])
        moved = np.abs(change[everywhere]).sum()
        assert abs(change[everywhere].sum()) <= 1e-14 * moved
        cells = np.setdiff1d(cells, everywhere)
    assert np.abs(change).sum() > 0.0
    if law in TRANSFERS:
        assert not change[cells].any()


@each_transfer
def test_a_law_moves_material_between_sites_that_it_declares(law):
    filled, state, stimulus = case(law, 17, places=3)
    declared = {*law.sites} if law.sites else {*SITES}
    assert declared <= {*SITES, VESSELS}
    for transfer in filled.transfers(state, stimulus):
        assert transfer.source in declared
        reached = {*SITES} if transfer.along_way else declared  # what a way leads to has sites of its own
        assert transfer.target in reached | {*EXITS}
    if not law.sites:  # it acts wherever a species stands: at each site once, and what stood at a cell's surface is let go
        moved = [transfer.source for transfer in filled.transfers(state, stimulus)]
        assert sorted(moved) == sorted(state.sites)
        freed = [t.target for t in filled.transfers(state, stimulus) if t.source == BOUND and t.becomes is not None]
        assert all(target == INTERSTITIUM for target in freed)


@each_page
def test_every_field_is_a_quantity_with_a_unit(law):
    from janusome.units import dimension

    for declared in dataclasses.fields(law):
        if "unit" in declared.metadata:
            dimension(declared.metadata["unit"])
        else:
            assert declared.metadata.get("static"), f"{law.__name__}.{declared.name} has no unit"
            assert declared.type == "str"
    fields = {declared.name for declared in dataclasses.fields(law)}
    outside = {name for name, value in vars(law).items() if isinstance(value, (int, float, np.ndarray))} - fields
    assert not outside - {"driven_by_drug", "relative", "linear", "local"}, (
        f"{law.__name__} holds numbers that are no fields: {outside}"
    )


# Numbers of formulas; the others with what they are.
OF_FORMULAS = {0.0, 0.5, 1.0, 2.0, 3.0, 10.0, 100.0}
EXPLAINED = {"GompertzGrowth": {1e-6}}  # a lesion of a millionth of its start: where the logarithm is held, to stay finite


@each_page
def test_a_law_holds_no_constant_of_nature(law):
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(law)))
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    written = {float(value) for value in constants if isinstance(value, (int, float)) and not isinstance(value, bool)}
    unexplained = written - OF_FORMULAS - EXPLAINED.get(law.__name__, set())
    assert not unexplained, f"{law.__name__} writes {unexplained}: a constant is a field with a unit, or a row of the library"


@each_page
def test_sources_stand_in_the_bibliography(law):
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", (LIBRARY / "sources.bib").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert keys
    assert not set(law.sources) - keys


@each_page
def test_a_docstring_has_the_equation_and_says_when_it_holds(law):
    page = inspect.cleandoc(law.__doc__ or "")
    assert re.search(r"\$\$.+?\$\$", page, flags=re.DOTALL), "no equation"
    assert re.search(r"\b(Holds|Exact|Leaves out)\b", page), "says neither when it holds nor what it leaves out"


@each_page
def test_a_law_has_a_test_of_its_own(law):
    folder = law.__module__.split(".")[1]
    pages = [page.read_text(encoding="utf-8") for page in (TESTS / folder).glob("*.py")]
    assert any(re.search(rf"\b{law.__name__}\b", page) for page in pages), f"no test in tests/{folder} names {law.__name__}"


def finished_and_open(root):
    """Every class below a root."""
    waiting, found = [root], []
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(one.__subclasses__())
    return [one for one in found if one.__module__.startswith("janusome.")]


REPLACEABLE = {(AbstractModality, "acquired")}  # a default that is right for every modality, and that a better way replaces


def violations(root):
    """Where a family of classes is neither interface nor finished."""
    found = []
    for one in finished_and_open(root):
        is_interface = one.__name__.startswith("Abstract")
        if inspect.isabstract(one) and not is_interface:
            found.append(f"{one.__name__} is abstract but not named so")
        for child in one.__subclasses__():
            if not is_interface:
                found.append(f"{child.__name__} changes {one.__name__}, which is finished")
            for name, value in vars(child).items():
                inherited = vars(one).get(name)
                finished = callable(inherited) and not getattr(inherited, "__isabstractmethod__", False)
                if finished and callable(value) and not name.startswith("__") and (one, name) not in REPLACEABLE:
                    found.append(f"{child.__name__}.{name} overrides a finished method of {one.__name__}")
    return found


@pytest.mark.parametrize("root", [AbstractProcess, AbstractModality], ids=lambda root: root.__name__)
def test_a_class_is_an_interface_or_finished(root):
    assert not violations(root)
    assert len(finished_and_open(root)) > 2


def test_a_changed_finished_class_is_found():
    class AbstractThing:
        def twice(self) -> int:
            return 2

    class Thing(AbstractThing):
        def twice(self) -> int:
            return 3

    class Tweaked(Thing):
        pass

    for one in (AbstractThing, Thing, Tweaked):
        one.__module__ = "janusome.made_up"
    assert violations(AbstractThing) == [
        "Thing.twice overrides a finished method of AbstractThing",
        "Tweaked changes Thing, which is finished",
    ]


@each_modality
def test_an_image_is_finite_non_negative_differentiable_and_its_noise_comes_from_the_key(modality):
    random = np.random.default_rng(21)
    scanner, scene = random_law(modality, random, places=1, scalar=True), random_scene(random)

    @eqx.filter_jit
    def seen(filled, key):
        image = filled.expected(scene)
        return image, filled.shown(image, scene), filled.noise(image, scene), filled.noisy(image, scene, key=key)

    image, shown, noise, one = seen(scanner, jax.random.key(1))
    for field in (image, shown, noise):
        assert field.shape == scene.proton_density.shape
        assert np.isfinite(field).all()
        assert modality.__name__ in SIGNED or (np.asarray(field) >= -1e-9 * np.abs(field).max()).all()
    assert np.array_equal(one, seen(scanner, jax.random.key(1))[-1])
    assert not np.array_equal(one, seen(scanner, jax.random.key(2))[-1])
    gradient = eqx.filter_jit(eqx.filter_grad(lambda filled: jnp.sum(filled.expected(scene))))(scanner)
    assert all(np.isfinite(one).all() for one in numbers(gradient))


def labelled(scene, times):
    """The same tissue with so many times the label."""
    return scene.with_label(times * scene.attached_outside, times * scene.attached_inside, times * scene.detached)


@pytest.mark.parametrize("modality", [one for one in every_modality() if one.linear], ids=lambda one: one.__name__)
def test_a_linear_image_is_that_of_tissue_and_something_in_proportion_to_the_label(modality):
    random = np.random.default_rng(23)
    scanner, scene = random_law(modality, random, places=1, scalar=True), random_scene(random)
    none, once, thrice = (
        np.asarray(scanner.shown(scanner.expected(each), each))
        for each in (labelled(scene, times) for times in (0.0, 1.0, 3.0))
    )
    np.testing.assert_allclose(thrice - none, 3.0 * (once - none), rtol=1e-9, atol=1e-11 * np.abs(thrice).max())


@pytest.mark.parametrize("modality", [one for one in every_modality() if one.local], ids=lambda one: one.__name__)
def test_in_a_local_image_a_voxel_does_not_feel_its_neighbours(modality):
    random = np.random.default_rng(24)
    scanner, scene = random_law(modality, random, places=1, scalar=True), random_scene(random)
    other = labelled(scene, 1.0 + (np.indices(scene.detached.shape).sum(axis=0) > 0))
    images = [np.asarray(scanner.shown(scanner.expected(each), each)) for each in (scene, other)]
    assert images[0][0, 0, 0] == images[1][0, 0, 0]
    assert not np.array_equal(images[0], images[1])


@each_modality
def test_images_in_a_batch_equal_single_ones(modality):
    lanes = []
    for seed in range(2):
        random = np.random.default_rng(seed)
        lanes.append((random_law(modality, random, places=1, scalar=True), random_scene(random)))
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *lanes)
    batch = jax.jit(jax.vmap(lambda lane: lane[0].expected(lane[1])))(stacked)
    single = jax.jit(lambda scanner, scene: scanner.expected(scene))
    for k, (scanner, scene) in enumerate(lanes):
        plain = np.asarray(single(scanner, scene))
        np.testing.assert_allclose(batch[k], plain, rtol=1e-10, atol=1e-12 * np.abs(plain).max())
