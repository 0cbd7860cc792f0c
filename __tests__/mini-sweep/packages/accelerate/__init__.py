"""Stands in for accelerate."""

__version__ = "0"
