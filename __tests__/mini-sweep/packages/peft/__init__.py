"""Stands in for peft: adapters in layers, and virtual tokens in front of the input."""

from . import layers, model, utils
from .configs import (
    IA3Config,
    LoraConfig,
    PrefixTuningConfig,
    PromptEncoderConfig,
    PromptTuningConfig,
)
from .model import PeftModel, get_peft_model

__version__ = "0"
