def _generate(self, **named):
    return self.base_model.generate(**named)


PeftModel.generate = _generate
