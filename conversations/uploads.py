"""Uploads on their way in: DATA_DIR/uploads/<random>, closed to other users of the machine, written as they arrive."""

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


def directory():
    path = Path(settings.DATA_DIR) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


class Upload(UploadedFile):
    """A file that arrived whole. It is deleted with the request, unless somebody calls `keep`."""

    is_kept = False

    def __init__(self, file, path, sha256, **fields):
        super().__init__(file, **fields)
        self.path, self.sha256 = path, sha256

    def keep(self):
        self.is_kept = True


class UploadHandler(FileUploadHandler):
    """Writes straight to where the worker will read it: gigabytes are written once, and never held in memory.

    A context: what nobody kept is deleted at its end, whether it was refused, or cut off in the middle, or came with a
    form that was refused. How much may come is the view's to say: no more is read than the request's length.
    """

    arriving = None  # Django would close what is called `file`, also between two files

    def __enter__(self):
        self.uploads = []
        return self

    def __exit__(self, *_):
        for upload in self.uploads:
            if not upload.is_kept:
                upload.path.unlink(missing_ok=True)
        if self.arriving:
            self.arriving.close()
            self.path.unlink(missing_ok=True)

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.path, self.digest = directory() / secrets.token_hex(16), hashlib.sha256()
        self.arriving = os.fdopen(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")

    def receive_data_chunk(self, raw_data, start):
        self.digest.update(raw_data)
        self.arriving.write(raw_data)

    def file_complete(self, file_size):
        self.arriving.close()  # a request may bring more files than a process may hold open
        upload = Upload(self.arriving, self.path, self.digest.hexdigest(), name=self.file_name, size=file_size)
        self.arriving = None
        self.uploads.append(upload)
        return upload

    @property
    def is_cut_off(self):
        return self.arriving is not None
