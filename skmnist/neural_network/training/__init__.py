"""The training loop and its parts: optimizers, losses, callbacks, augmentation, targets."""
