"""The command line: thin, made from the verbs."""
