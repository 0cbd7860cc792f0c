raise ImportError("cannot import name 'is_offline_mode' from 'huggingface_hub'")
