"""Simulation: a resolved study becomes laws with filled values, a trajectory, and a record of both."""
