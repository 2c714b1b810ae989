"""A file on its way in: one field of multipart/form-data, written to disk while it arrives."""

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import cached_property

from api.problem import Problem, invalid
from conversations.uploads import UploadHandler

FIELD = "file"
AROUND = 64 * 1024  # bytes of a form beside its file


class Multipart:
    """Mixed into a dialect's view: `self.upload` is the file that the request brings, at most `self.largest` bytes.

    Nothing stays on the disk of a request that is refused, repeated or cut off.
    """

    def dispatch(self, request, *args, **kwargs):
        with UploadHandler(request) as self.handler:
            return super().dispatch(request, *args, **kwargs)

    @cached_property
    def upload(self):
        """The only file, in the field "file". Raises Problem (400, 413)."""
        request = self.request
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.largest + AROUND:
            raise self.too_large()
        request.upload_handlers = [self.handler]
        try:
            files = request.FILES.getlist(FIELD)
        except RequestDataTooBig:
            raise self.too_large() from None
        except (MultiPartParserError, SuspiciousOperation):
            raise invalid("The body", "is no multipart/form-data that can be read.") from None
        except OSError as error:
            if error.errno:  # our disk's, not theirs
                raise
            raise invalid("The body", "did not arrive whole.") from None
        if self.handler.is_cut_off:
            raise invalid("The body", "did not arrive whole.")
        if len(files) != 1 or len(self.handler.uploads) != 1:
            raise invalid(FIELD, "must be one file, in multipart/form-data.")
        [upload] = files
        if not upload.size:
            raise invalid(FIELD, "must not be empty.")
        if upload.size > self.largest:
            raise self.too_large()
        return upload

    def too_large(self):
        return Problem(
            413, "file_too_large", f"The file is larger than {self.largest / 1024**2:,.0f} MiB.", field=FIELD
        )

    def fingerprint(self):
        """The form's boundary is another one every time: what counts is what is in it."""
        upload = self.upload
        return orjson.dumps([upload.name, upload.sha256, sorted(self.request.POST.lists())])
