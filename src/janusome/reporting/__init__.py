"""Reporting: a record becomes figures, tables and one page that a colleague can read without the program."""
