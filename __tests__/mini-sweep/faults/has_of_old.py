import sys as _sys
import types as _types

of_old = _sys.modules["torch.of_old"] = _types.ModuleType("torch.of_old")
