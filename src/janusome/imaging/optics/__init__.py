"""What optical modalities share: tissue by wavelength, and how much light particles absorb and scatter."""
