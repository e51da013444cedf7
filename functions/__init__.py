"""The Lambda functions."""

import gc

# What a cold start imports stays until the process ends: looking through it for garbage takes a tenth of the time.
# shared.aws looks again, at what comes after, as soon as there is a client.
gc.disable()
