"""What photoacoustics and ultrasound share: detectors, scatterers, bubbles and spectral unmixing."""
