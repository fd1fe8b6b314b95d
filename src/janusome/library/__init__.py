"""The library: data only. Rows are YAML, one thing one file; `quantities.csv` names the quantities; sources are BibTeX."""
