"""Uploads as they come: plain, gzip, ZIP. Nothing is unpacked onto the disk; bytes are counted while they inflate."""

import gzip
import lzma
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath

from conversations.importing.formats import detect
from conversations.importing.reading import Fault, Record, records

MEMBERS = 50_000  # files in one archive: years of pictures; each costs memory before anything is read
DIRECTORY_BYTES = 32 * 1024 * 1024
# Text packs to a tenth, repetitive text to a hundredth. What grows more than this was made to hurt.
BOMB_RATIO, BOMB_FROM = 250, 100 * 1024 * 1024

_BOMB = "The archive grows to more than 250 times its size when it is unpacked. Parley stopped reading it."
_PACKING = "The archive is packed in a way Parley cannot read. Pack it again as an ordinary ZIP."
_DAMAGED = "The archive is damaged: {}. Download the export again."
# What the standard library raises over a damaged archive: bad offsets, names and streams, each in its own words.
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, UnicodeDecodeError, struct.error)
_CONVERSATIONS = re.compile(r"conversations(-\d+)?\.jsonl?")
# Accounts, ratings and listings, which no report should name one by one.
_OTHER = {
    "user.json", "users.json", "user_settings.json", "message_feedback.json", "model_comparisons.json",
    "shared_conversations.json", "group_chats.json", "shopping.json", "sora.json", "projects.json", "memories.json",
}  # fmt: skip
LOOKED_AT = 5  # records of a file that may hold conversations or not
_FILE_ID = re.compile(r"file[-_][A-Za-z0-9]+")


@contextmanager
def opened(path):
    """The Upload at `path`. Raises Fault for what is no readable archive."""
    try:
        file = Path(path).open("rb")  # noqa: SIM115  closed below; here only its own failures become sentences
    except FileNotFoundError:
        raise Fault("The file is not there any more.") from None
    except OSError as error:
        raise Fault(f"The file could not be read: {error.strerror}.") from None
    with file:
        size = Path(path).stat().st_size
        start = file.read(4)
        if start in (b"PK\x03\x04", b"PK\x05\x06"):
            _check_directory(file, size)
            try:
                archive = zipfile.ZipFile(file)
            except NotImplementedError:
                raise Fault(_PACKING) from None
            except BROKEN as error:
                raise _damage(error) from None
            with archive:
                yield ZipUpload(archive)
        else:
            file.seek(0)
            yield PlainUpload(file, size, packed=start[:2] == b"\x1f\x8b")


class PlainUpload:
    """One stream of JSON, packed with gzip or not. It carries no files."""

    def __init__(self, file, size, *, packed):
        self.file, self.size, self.packed = file, size, packed

    def streams(self):
        if self.packed:
            with gzip.GzipFile(fileobj=self.file) as inflated:
                yield Counted(inflated, packed=self.size)
        else:
            yield Counted(self.file)

    def progress(self):
        """Bytes read so far, of `size`."""
        return self.file.tell()

    def files(self):
        return {}


class ZipUpload:
    """An archive: the members that hold conversations, in order, and the files that messages name."""

    def __init__(self, archive):
        self.archive = archive
        self.members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
        for member in self.members:
            _check(member)
        self.conversations = self._conversations()
        self.size = sum(member.file_size for member in self.conversations)
        self.counted = []

    def streams(self):
        for member in self.conversations:
            try:
                inflated = self.archive.open(member)
            except NotImplementedError:
                raise Fault(_PACKING) from None
            except BROKEN as error:
                raise _damage(error) from None
            with inflated:
                self.counted.append(Counted(inflated, packed=member.compress_size))
                yield self.counted[-1]

    def progress(self):
        return min(self.size, sum(stream.inflated for stream in self.counted))

    def files(self):
        """{external id: member} for files whose name begins with an id: file-Ab12…-photo.png, file_00ab….webp."""
        found = {}
        for member in self.members:
            if identity := _FILE_ID.match(PurePosixPath(member.filename).name):
                found.setdefault(identity[0], member)
        return found

    def read(self, member, limit):
        """The member's bytes; None where there are more than `limit`, whatever the directory says."""
        try:
            with self.archive.open(member) as inflated:
                data = inflated.read(limit + 1)
        except (*BROKEN, NotImplementedError):  # as good as not there
            return b""
        return data if len(data) <= limit else None

    def _conversations(self):
        names = {member: PurePosixPath(member.filename).name.lower() for member in self.members}
        files = [member for member, name in names.items() if name.endswith((".json", ".jsonl")) and name not in _OTHER]
        if any(_CONVERSATIONS.fullmatch(names[member]) for member in files):
            # Beside these an export has documents and lists. One that holds conversations as well is not passed over.
            files = [m for m in files if _CONVERSATIONS.fullmatch(names[m]) or self._holds_conversations(m)]
        if not files:
            raise Fault(self._nothing_inside())
        return sorted(files, key=lambda member: _natural(member.filename))

    def _holds_conversations(self, member):
        try:
            with self.archive.open(member) as inflated:
                first = list(islice(records(Counted(inflated, packed=member.compress_size)), LOOKED_AT))
        except (*BROKEN, NotImplementedError, Fault):
            return False
        return any(isinstance(record, Record) and detect(record.value) for record in first)

    def _nothing_inside(self):
        endings = {PurePosixPath(member.filename).suffix.lower() for member in self.members}
        if not self.members:
            return "The archive is empty."
        if endings & {".zip", ".gz", ".tgz"}:
            return "The archive holds another archive. Unpack the outer one and choose the inner one."
        if ".html" in endings:
            return "The archive holds a web page but no data. Choose an archive that has conversations.json in it."
        return "There is no conversations.json in the archive, and no other JSON that could hold conversations."


class Counted:
    """A stream of inflated bytes that stops a bomb, and turns a damaged archive into a sentence."""

    def __init__(self, stream, *, packed=None):
        self.stream, self.packed = stream, packed
        self.inflated = 0

    def read(self, size):
        try:
            data = self.stream.read(size)
        except BROKEN as error:
            raise _damage(error) from None
        except NotImplementedError:
            raise Fault(_PACKING) from None
        self.inflated += len(data)
        if self.packed is not None and self.inflated > BOMB_FROM and self.inflated > self.packed * BOMB_RATIO:
            raise Fault(_BOMB)
        return data


def _damage(error):
    """A sentence for one of BROKEN; its own words speak of offsets, and quote bytes."""
    if isinstance(error, EOFError):
        return Fault(_DAMAGED.format("it ends in the middle"))
    elif "crc" in str(error).lower():
        return Fault(_DAMAGED.format("a checksum is wrong"))
    elif isinstance(error, zlib.error | lzma.LZMAError):
        return Fault(_DAMAGED.format("what is packed in it is broken"))
    else:
        return Fault(_DAMAGED.format("its parts do not fit together"))


def _check(member):
    if member.flag_bits & 1:
        raise Fault("The archive is encrypted. Unpack it with its password and choose the file inside.")
    path = member.filename.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
        raise Fault("The archive names files outside of itself. No export does that; Parley did not read it.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Fault("The archive holds links to other files. No export does that; Parley did not read it.")


def _check_directory(file, size):
    """Counts the members before zipfile loads them all: a directory of millions is a bomb by itself."""
    tail = min(size, 65_557)
    file.seek(size - tail)
    end = file.read(tail)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) - at < 22:
        raise Fault(_DAMAGED.format("its list of files is missing, so the download was probably cut off"))
    members, length = struct.unpack_from("<HI", end, at + 10)
    large = end.rfind(b"PK\x06\x06", 0, at)
    if large >= 0 and len(end) - large >= 48:  # more than 65,535 files or 4 GB: a second, larger record says it
        members, length = struct.unpack_from("<QQ", end, large + 32)
    if members > MEMBERS or length > DIRECTORY_BYTES:
        raise Fault(f"The archive holds more than {MEMBERS:,} files. Choose the conversations.json from it.")
    file.seek(0)


def _natural(name):
    """conversations-2 before conversations-10."""
    return [int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", name)]
