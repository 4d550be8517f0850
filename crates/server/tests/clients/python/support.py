"""What the two lines of the SDK differ in, and waiting."""

import importlib.metadata
import time

# A call that the older line lacks is not defined for it: nothing is skipped.
VERSION = importlib.metadata.version("MergePythonClient")
CURRENT = VERSION == "4.2.1"


def eventually(what, seconds=120):
    """Waits until `what()` is true and answers it; what is done in the background has this long."""
    end = time.monotonic() + seconds
    while True:
        result = what()
        if result:
            return result
        assert time.monotonic() < end, f"not within {seconds} s: {what.__doc__ or what}"
        time.sleep(0.1)


def several(*names):
    """Values of `expand`: today's line takes a list and joins it, the older one has the joined word."""
    return list(names) if CURRENT else ",".join(names)
