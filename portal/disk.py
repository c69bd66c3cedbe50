"""Where uploads lie: a folder that only the portal reads, without an address of its own."""

import os
from pathlib import Path

from django.core.files.storage import FileSystemStorage

PART = ".part"


class PrivateStorage(FileSystemStorage):
    """Files that are whole or not there: written beside their place, flushed to the disk, then moved into it."""

    def _save(self, name, content):
        path = Path(self.path(name))
        self._make_folder(path.parent)
        part = Path(f"{path}{PART}")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                for chunk in content.chunks():
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _flush(path.parent)
        return name

    def _make_folder(self, folder):
        """Make `folder` and what is missing above it, readable by the portal alone."""
        if folder.is_dir():
            return
        if folder != Path(self.location):
            self._make_folder(folder.parent)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _flush(folder.parent)

    def delete(self, name):
        """Delete a file, and what an interrupted write has left of it; nothing happens when there is none."""
        super().delete(name)
        Path(f"{self.path(name)}{PART}").unlink(missing_ok=True)

    def url(self, name):
        """No upload has an address: a view checks who asks."""
        raise NotImplementedError("Uploads are given out by portal.uploads.serve alone.")


def _flush(folder):
    """Have the names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
