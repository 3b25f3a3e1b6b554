"""Taking in what is sent: a file that is too large is dropped while it comes."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.forms import BaseForm
from django.http import HttpRequest

from commonroom.web.files.checking import LIMIT, too_large

#: What a request carries when a file was dropped: its name.
DROPPED = "commonroom.dropped"


class Bounded(FileUploadHandler):
    """Stops reading at the limit; the request then says which file was dropped."""

    read = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count anew with each file."""
        super().new_file(*args, **kwargs)
        self.read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a part of a file on, until it is too much."""
        self.read += len(raw_data)
        if self.read > LIMIT:
            if self.request is not None:
                self.request.META[DROPPED] = self.file_name or ""
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Leave the file to who keeps it."""
        return None


def say_dropped(request: HttpRequest, form: BaseForm) -> None:
    """Say in a form that its `file` was dropped while it came, if it was."""
    if DROPPED in request.META:
        # What stands behind the file in the form was never read: nobody left it out.
        form.errors.clear()
        form.add_error("file", str(too_large(request.META[DROPPED])))
