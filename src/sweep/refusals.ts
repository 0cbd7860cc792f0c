/**
 * Errors by which a library says that it will not do something, wherever they are raised. What is told while a cell is
 * set up is looked at by wider patterns (`reasons.ts`); behind that only these words count, and anything else is a defect.
 */
interface Refusal {
  readonly message: RegExp;
  /** As a release has written it. */
  readonly said: string;
}

export const REFUSALS: readonly Refusal[] = [
  {
    message: /^Model does not support past key values which are required for prefix tuning/,
    said: 'Model does not support past key values which are required for prefix tuning.',
  },
  {
    message: /^MiniMax uses cache of its own and is not compatible with /,
    said: "MiniMax uses cache of its own and is not compatible with `past_key_values` of type <class 'transformers.cache_utils.DynamicCache'>.",
  },
  {
    message: /^Please initialize PiSSA under float32, float16, or bfloat16/,
    said: 'Please initialize PiSSA under float32, float16, or bfloat16. Subsequently, re-quantize the residual model to help minimize quantization errors.',
  },
  {
    message: /^Target module \S+ (is not supported|is not a plain torch\.nn\.Linear)/,
    said: 'Target module Conv1D() is not supported. Currently, only the following modules are supported: `torch.nn.Linear`.',
  },
  {
    message: /^\w+ does not support target modules of type <class '[\w.]+'> yet/,
    said: "Lily does not support target modules of type <class 'transformers.pytorch_utils.Conv1D'> yet.",
  },
  {
    message: /^\w+ does not support `fan_in_fan_out=True` layers/,
    said: 'KaSA does not support `fan_in_fan_out=True` layers (e.g. Conv1D). Please target nn.Linear layers.',
  },
  {
    message: /^Prefix tuning does not work with gradient checkpointing/,
    said: 'Prefix tuning does not work with gradient checkpointing.',
  },
  {
    message: /^Could not locate the layers attribute in the model/,
    said: 'Could not locate the layers attribute in the model. Expected Llama, Bert or Falcon compatible architectures.',
  },
  {
    message: /^aLoRA does not support /,
    said: 'aLoRA does not support merging.',
  },
  {
    message: /^LoRA-GA does not support /,
    said: "LoRA-GA does not support quantized models. Found quantized module: 'q_proj'. LoRA-GA requires full-precision gradients during preprocessing.",
  },
  {
    message: /^The version of PEFT you are using(?: \([\w.]+\))? is not compatible/,
    said: 'The version of PEFT you are using is not compatible, please use a version >= 0.22.0',
  },
  {
    message: /^\w+Config only supports task_type = /,
    said: 'CPTConfig only supports task_type = CAUSAL_LM.',
  },
];

export function isRefusal(message: string): boolean {
  return REFUSALS.some((refusal) => refusal.message.test(message));
}
