"""The qualification of the body: every comparison of where particles and drugs go, in the order of the report."""

from __future__ import annotations

from janusome.qualification.comparisons import Made
from janusome.qualification.corona import corona
from janusome.qualification.human import human
from janusome.qualification.mouse_particles import mouse_particles
from janusome.qualification.particle_with_drug import particle_with_drug
from janusome.qualification.rat_gold import rat_gold
from janusome.qualification.small_drugs import small_drugs

COMPARISONS: tuple[tuple[str, Made], ...] = (
    ("particles in mice", mouse_particles),
    ("particle with its drug", particle_with_drug),
    ("protein corona", corona),
    ("small drugs", small_drugs),
    ("gold in rats", rat_gold),
    ("nanomedicines in people", human),
)
