"""janusome: the in-silico laboratory of nanotheranostics. Research use only."""

__version__ = "0.1.0"
