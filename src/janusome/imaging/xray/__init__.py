"""What all X-ray modalities share: tubes, materials, detectors, beam hardening, contrast, decomposition and the way back."""
