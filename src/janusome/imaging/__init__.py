"""What each scanner shows of a scene: the expected image and the noise around it. One modality, one file."""
