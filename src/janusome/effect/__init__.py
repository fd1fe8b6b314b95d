"""Laws of effect: what the delivered drug does to the cells of the tumor, and what they do by themselves."""
