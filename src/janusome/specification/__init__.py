"""What a user writes: formulation, host, tumor, protocol, study; read as one model, with units, ranges and messages."""
