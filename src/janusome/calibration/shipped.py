"""The populations that come with janusome."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from janusome.calibration.population import Population


def mouse_population() -> Population:
    """Return the population of particles in mice."""
    return Population.of(mouse_population_data()["population"])


def mouse_population_data() -> dict[str, Any]:
    """Return the file of the population of particles in mice: the population, what it was fitted to, and how it did."""
    text = resources.files("janusome").joinpath("library", "populations", "mouse.json").read_text(encoding="utf-8")
    return json.loads(text)
