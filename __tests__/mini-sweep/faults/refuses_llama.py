CONFIG_MAPPING.pop("llama")
