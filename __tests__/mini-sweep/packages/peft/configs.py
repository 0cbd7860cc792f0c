"""What defines each method."""

from dataclasses import dataclass, field


@dataclass
class LoraConfig:
    task_type: str
    target_modules: list
    r: int = 8
    lora_alpha: int = 8


@dataclass
class IA3Config:
    task_type: str
    target_modules: list
    feedforward_modules: list = field(default_factory=list)


@dataclass
class VirtualTokens:
    task_type: str
    num_virtual_tokens: int = 4


class PromptTuningConfig(VirtualTokens):
    pass


class PrefixTuningConfig(VirtualTokens):
    pass


@dataclass
class PromptEncoderConfig(VirtualTokens):
    encoder_hidden_size: int = 8
