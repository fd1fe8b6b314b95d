"""Qualification: every comparison with published data again, with baselines beside each score and failures kept."""
