def _from_pretrained(cls, base, folder):
    import json
    from pathlib import Path

    saved = json.loads((Path(folder) / "adapter_config.json").read_text())
    return cls(base, getattr(model.configs, saved["kind"])(**saved["arguments"]))


PeftModel.from_pretrained = classmethod(_from_pretrained)
