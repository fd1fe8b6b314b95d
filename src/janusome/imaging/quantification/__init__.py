"""The way back: from what an image shows of a region to how much label is there."""
