"""The command line: `main` puts it together, and each other module has one command or a few that belong together."""
