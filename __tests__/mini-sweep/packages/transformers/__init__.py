"""Stands in for transformers: one small causal language model under the names of two."""

from . import modeling
from .generation import greedy
from .modeling import (
    CONFIG_MAPPING,
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    CausalModel,
    CausalOutput,
)

__version__ = "0"
