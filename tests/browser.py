"""Where the system's browser is, for the runner and the browser tests."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """Returns the path of the installed Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
