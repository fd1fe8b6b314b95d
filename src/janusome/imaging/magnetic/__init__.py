"""Magnetic resonance: relaxation by label, signals of sequences, coils and k-space, phase, and series in time."""
