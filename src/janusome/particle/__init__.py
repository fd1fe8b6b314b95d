"""Laws of the particle itself: what it releases, what it loses, how it decays. They hold wherever the particle is."""
