"""Stands in for torchao."""

__version__ = "0"
