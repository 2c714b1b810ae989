import pytest
from django.test import Client

from accounts.models import AuditEvent


@pytest.fixture
def behind_proxy(settings):
    settings.BEHIND_PROXY = True


def signed_in_from(alice, forwarded):
    form = {"login": alice.email, "password": "alice's password"}
    Client(headers={"X-Forwarded-For": forwarded}).post("/account/login/", form)
    return AuditEvent.objects.filter(action="account.sign_in").latest("created_at").address


def test_whom_the_proxy_speaks_for_is_who_is_written_down(alice, behind_proxy):
    assert signed_in_from(alice, "203.0.113.9, 198.51.100.7") == "198.51.100.7"


def test_what_is_no_address_is_not_believed(alice, behind_proxy):
    assert signed_in_from(alice, "198.51.100.7, nonsense") == "127.0.0.1"


def test_without_a_proxy_the_header_is_a_stranger_s_word(alice):
    assert signed_in_from(alice, "198.51.100.7") == "127.0.0.1"
