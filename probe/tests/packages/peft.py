"""A stand-in that can be imported."""
