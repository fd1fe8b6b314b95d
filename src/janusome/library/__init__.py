"""The library: data only. Rows are YAML, one thing one file; `quantities.csv` holds the controlled names; sources are BibTeX."""
