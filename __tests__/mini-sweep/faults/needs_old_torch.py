import torch.of_old
