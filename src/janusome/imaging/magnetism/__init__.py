"""What a core does in a magnetic field: how far it turns, how fast, and what a field-free point sees of it."""
