"""The corona: plasma proteins that compete for the surface of a particle, and what they make of it."""
