"""The networks: class and builder of an architecture in one file."""
