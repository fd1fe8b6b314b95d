"""From signals back to relaxation rates and from rates to concentration, each with its standard error.

Rates are 1/s, times s, angles rad, concentrations mol/m^3 (which is mM), relaxivities m^3/(mol s) (which is 1/(mM s)).
Signals may be one curve or a whole map: the last axis is that of flip angles, echoes or times.
"""
