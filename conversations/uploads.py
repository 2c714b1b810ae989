"""Uploads on their way in: DATA_DIR/uploads/<random>, closed to other users of the machine, written as they arrive."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


def directory():
    path = Path(settings.DATA_DIR) / "uploads"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


class Upload(UploadedFile):
    """A file that arrived whole. It stays until somebody deletes it: a batch's job, or the view's that refuses it."""

    def __init__(self, file, path, **fields):
        super().__init__(file, **fields)
        self.path = path

    def discard(self):
        self.close()
        self.path.unlink(missing_ok=True)


class UploadHandler(FileUploadHandler):
    """Writes straight to where the worker will read it: gigabytes are written once, and never held in memory."""

    received = 0
    path = None  # of a file that has not arrived whole

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.path = directory() / secrets.token_hex(16)
        self.file = os.fdopen(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.IMPORT_MAX_BYTES:
            raise StopUpload(connection_reset=True)  # the rest is not even read
        self.file.write(raw_data)

    def file_complete(self, file_size):
        self.file.flush()
        upload = Upload(self.file, self.path, name=self.file_name, content_type=self.content_type, size=file_size)
        self.path = None
        return upload

    def upload_interrupted(self):
        """Called by Django where we stop it; where the connection or the disk does, whoever made the handler calls."""
        if self.path:
            self.file.close()
            self.path.unlink(missing_ok=True)
