"""Stands in for a dependency of the libraries that are swept."""

__version__ = "0"
