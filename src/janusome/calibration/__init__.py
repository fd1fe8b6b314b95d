"""Calibration: observations move the values of a study, and say how far."""
