"""The command line, a file for each group of commands: each calls a use case and prints."""
