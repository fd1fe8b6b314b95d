"""What PET and SPECT share: decays and counts, the body around a scene, energy windows, partial volume."""
