"""Laws of the body: circulation, vascular exchange, phagocytes, excretion, metabolism."""
