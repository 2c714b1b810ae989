"""The bytes of attachments: out of the archive, under their own hash, once per workspace."""

import hashlib
import mimetypes
import os
import tempfile

from conversations import files, limits
from lib import pictures
from lib.sniffing import UNKNOWN
from lib.typeid import encode


class Bytes:
    """Files of one upload. `take` stores each once, however many messages name it."""

    def __init__(self, upload, workspace_id, *, keep=True):
        self.upload, self.workspace_id, self.keep = upload, workspace_id, keep
        self.members = upload.files()
        self.taken = {}

    def __contains__(self, external_id):
        return external_id in self.members

    def hold(self):
        """Until the transaction ends nobody removes what is taken in it."""
        if self.members and self.keep:
            files.hold(self.workspace_id)

    def take(self, file):
        """(sha256, size, content type) of the bytes for an IncomingFile; None where they are missing or too large.
        The caller holds."""
        if file.external_id not in self.members:
            return None
        if not self._has(file.external_id):
            self.taken[file.external_id] = self._take(self.members[file.external_id], file)
        return self.taken[file.external_id]

    def _has(self, external_id):
        """Taken before, and not removed since with the last row that named it."""
        if external_id not in self.taken:
            return False
        taken = self.taken[external_id]
        return not (taken and self.keep) or files.path(self.workspace_id, taken[0]).exists()

    def _take(self, member, file):
        data = self.upload.read(member, limits.ATTACHMENT_BYTES)
        if not data:
            return None
        digest = hashlib.sha256(data).hexdigest()
        if self.keep:
            _write(files.path(self.workspace_id, digest), data)
        return digest, len(data), _content_type(data, file.name or member.filename, file.content_type)


def point(parts, attachments):
    """Lets the parts that name files of the export lead to `attachments`, {external id: id} of those that have bytes;
    the others to none.
    """
    for part in parts or []:
        if "external_id" in part:
            part.pop("attachment_id", None)
            if found := attachments.get(part["external_id"]):
                part["attachment_id"] = encode("att", found)


def _write(path, data):
    """Whole or not at all: another import may look for the same file at this moment."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.replace(name, path)


def _content_type(data, name, claimed):
    """The first bytes decide of a picture, not a name or a claim: what is shown in a page must be what it says."""
    found = claimed[:127] if claimed and not claimed.startswith("image/") else mimetypes.guess_type(name)[0]
    return pictures.kind(data) or found or UNKNOWN
