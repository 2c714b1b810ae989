"""Programs of the cast: a client that speaks JSON with a key, as curl would."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lib.typeid import encode


class Program:
    """Sends requests with one API key and gives the response; `path` goes on from `prefix`."""

    def __init__(self, secret, prefix="/v1", **headers):
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}", **headers})
        self.secret, self.prefix = secret, prefix

    def __call__(self, method, path, body=None, *, raw=None, **headers):
        data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, f"{self.prefix}{path}", data, content_type="application/json", headers=names)

    def upload(self, path, name, content, *, field="file", **headers):
        """A form with one file, as `curl -F file=@name` sends it."""
        form = {field: SimpleUploadedFile(name, content, content_type="text/html")}  # a claim that nobody believes
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"{self.prefix}{path}", form, headers=names)

    def get(self, path, **headers):
        return self("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self("POST", path, body, **headers)

    def patch(self, path, body=None, **headers):
        return self("PATCH", path, body, **headers)

    def put(self, path, body=None, **headers):
        return self("PUT", path, body, **headers)

    def delete(self, path, **headers):
        return self("DELETE", path, **headers)


@pytest.fixture
def as_alice(alice, key_of):
    return Program(key_of(alice))


@pytest.fixture
def as_bob(bob, key_of):
    return Program(key_of(bob))


@pytest.fixture
def as_charlie(charlie, key_of):
    return Program(key_of(charlie))


@pytest.fixture
def program():
    return Program


@pytest.fixture
def typeid():
    return lambda row: encode(row.PREFIX, row.pk)
