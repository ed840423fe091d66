"""A file on its way in: hashed as it arrives, in constant memory, then kept under its hash."""

import codecs
import logging
import os
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.utils.translation import gettext_lazy as _

from records.file_kinds import HEAD, defused, media_type_of, tells_of_its_camera

FOLDER = "evidence"
BESIDE = 100_000  # bytes of a request beside its file
log = logging.getLogger(__name__)
_CONTROLS = bytes({*range(32), 127} - {9, 10, 12, 13})


class Received(File):
    """A file as it came. It has no name on the disk: if the process dies, it is gone."""

    def __init__(self, file, name, receiving):
        super().__init__(file, defused(name))
        self.given_name = name
        self.size = receiving.size
        self.sha256 = receiving.digest.hexdigest()
        self.media_type = media_type_of(receiving.head, is_text=receiving.is_text())
        self.of_camera = tells_of_its_camera(self.media_type, receiving.head)


class Receiving(FileUploadHandler):
    """Takes one file of a request. `too_large` if it was broken off for its size."""

    chunk_size = 2**18
    too_large = False
    file = None

    def new_file(self, *args, **options):
        super().new_file(*args, **options)
        if self.file is not None:
            raise SkipFile
        self.file = _nameless()
        self.size, self.digest, self.head = 0, sha256(), b""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        if self.size > settings.MOST_FILE_BYTES:
            self.too_large = True
            raise StopUpload
        if len(self.head) < HEAD:
            self.head += raw_data[: HEAD - len(self.head)]
        self._watch_text(raw_data)
        self.digest.update(raw_data)
        self.file.write(raw_data)

    def _watch_text(self, raw_data):
        if self.decoder is None:
            return
        try:
            self.decoder.decode(raw_data)
        except UnicodeDecodeError:
            self.decoder = None
        if raw_data.translate(None, _CONTROLS) != raw_data:
            self.decoder = None

    def is_text(self):
        """Whether all of it was UTF-8, and no letter is broken off at the end."""
        return self.decoder is not None and not self.decoder.getstate()[0]

    def file_complete(self, file_size):
        self.file.seek(0)
        return Received(self.file, self.file_name, self)

    def upload_interrupted(self):
        if self.file is not None:
            self.file.close()


def _nameless():
    """A file without a name on the disk, where there is room: other places may be memory."""
    Path(settings.MEDIA_ROOT).mkdir(mode=0o700, parents=True, exist_ok=True)
    return TemporaryFile(dir=settings.MEDIA_ROOT)


def keep(received, reference, undo):
    """Store a received file for good. Returns the name it has in the storage.

    The disk has it when this returns, so a row never waits for its file. `undo` is an
    ExitStack that is closed if the transaction does not commit; what a dying process left
    behind, manage.py verify_files finds. One file each: nobody overwrites that of another.
    """
    digest = received.sha256
    named = f"{FOLDER}/{digest[:2]}/{digest}-{reference}"
    received.seek(0)
    stored = default_storage.save(named, received)
    undo.callback(default_storage.delete, stored)
    settle(stored)
    return stored


class NotAsReceived(Exception):
    """What is on the disk is not what came in: as a sentence for whoever asks for it."""


def as_received(stored):
    """The file of a StoredFile, open at its beginning, with the bytes that were received.

    Raises:
        NotAsReceived: it is gone, or was changed on the disk. The log says which file it is.
    """
    try:
        kept = default_storage.open(stored.file.name)
    except OSError as error:
        found = type(error).__name__
    else:
        found = file_digest(kept, "sha256").hexdigest()
        if found == stored.sha256:
            kept.seek(0)
            return kept
        kept.close()
    log.error("Stored file %s is not as it was received: %s.", stored.reference, found)
    raise NotAsReceived(
        _(
            "This file is not as it was received, so it is not handed out. Tell those who run the "
            "server: they have the copy of a backup."
        )
    )


def settle(stored):
    """Wait until the disk has the file and the folders that lead to it."""
    for name in (stored, *map(str, PurePosixPath(stored).parents)):
        handle = os.open(default_storage.path(name), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
