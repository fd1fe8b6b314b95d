"""The engines: numerical methods that know arrays and laws, but no physical constant.

`tape` integrates stiff kinetics over many lanes (virtual patients, ensemble members, voxels) at once.
"""
