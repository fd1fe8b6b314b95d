"""From a dynamic series back to vessels: arterial input functions, tissue models, and their fit with intervals.

Times are s, concentrations mol/m^3 (which is mM), flows and exchange 1/s: plasma per time and volume of tissue.
"""
