import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import browsers
from accounts.models import AuditEvent, Session

PASSWORD = "alice's password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
SESSIONS = "/account/sessions/"


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


@pytest.fixture
def signed_in_with(alice):
    """A browser in which Alice signed in through the page."""

    def sign_in(user_agent=FIREFOX, user=alice, password=PASSWORD, address="192.0.2.7"):
        browser = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
        browser.post(reverse("account_login"), {"login": user.email, "password": password})
        return browser

    return sign_in


def is_in(browser):
    return browser.get(reverse("accounts:index")).status_code == 200


def test_the_list_names_browser_address_and_the_one_in_hand(signed_in_with):
    here = signed_in_with()
    signed_in_with(SAFARI, address="198.51.100.9")
    html = here.get(SESSIONS).content.decode()

    assert html.index("Firefox on Linux") < html.index("This device") < html.index("Safari on iPhone")
    assert "from 192.0.2.7" in html
    assert "from 198.51.100.9" in html


def test_no_page_shows_what_would_sign_somebody_in(signed_in_with):
    here, there = signed_in_with(), signed_in_with(SAFARI)
    html = here.get(SESSIONS).content.decode()

    assert here.session.session_key not in html
    assert there.session.session_key not in html


def test_one_other_device_is_signed_out(signed_in_with, alice):
    here, lost, kept = signed_in_with(), signed_in_with(SAFARI), signed_in_with()
    row = Session.objects.get(session_key=lost.session.session_key)

    response = here.post(SESSIONS, {"end": row.name})

    assert response.status_code == 303
    assert (is_in(here), is_in(lost), is_in(kept)) == (True, False, True)
    assert AuditEvent.objects.get(action="account.sessions_ended").details == {"sessions_ended": 1}


def test_all_others_are_signed_out_at_once(signed_in_with):
    here, *others = signed_in_with(), signed_in_with(SAFARI), signed_in_with()

    here.post(SESSIONS, {"end": "others"})

    assert is_in(here)
    assert not any(is_in(other) for other in others)


@pytest.mark.parametrize("end", ["", "nobody", "others\x00", "'; DROP TABLE"])
def test_what_names_no_session_ends_none(signed_in_with, end):
    here, there = signed_in_with(), signed_in_with(SAFARI)

    assert "Nobody was signed in there any more." in here.post(SESSIONS, {"end": end}, follow=True).content.decode()
    assert is_in(there)
    assert not AuditEvent.objects.filter(action="account.sessions_ended").exists()


def test_nobody_ends_somebody_elses_session(signed_in_with, charlie):
    here = signed_in_with()
    theirs = signed_in_with(user=charlie, password="charlie's password")
    row = Session.objects.get(session_key=here.session.session_key)

    theirs.post(SESSIONS, {"end": row.name})
    theirs.post(SESSIONS, {"end": "others"})

    assert is_in(here)


def test_a_new_password_ends_every_other_session(signed_in_with, alice):
    here, there = signed_in_with(), signed_in_with(SAFARI)
    new = {"oldpassword": PASSWORD, "password1": "quite another one", "password2": "quite another one"}

    assert here.post(reverse("account_change_password"), new)["Location"] == reverse("accounts:index")

    assert is_in(here)
    assert not is_in(there)
    assert Session.objects.filter(user=alice).count() == 1
    assert AuditEvent.objects.get(action="account.password").details == {"sessions_ended": 1}


def test_a_session_made_with_an_older_password_is_not_listed(signed_in_with, alice):
    signed_in_with()
    alice.set_password("quite another one")
    alice.save()

    assert Session.objects.open_for(alice) == []


def test_signing_in_clears_away_what_has_run_out(signed_in_with, alice):
    signed_in_with()
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")
    signed_in_with()

    assert Session.objects.filter(user=alice).count() == 1


def test_signing_out_leaves_no_row(signed_in_with, alice):
    signed_in_with().post(reverse("account_logout"))

    assert not Session.objects.filter(user=alice).exists()


def test_a_long_list_costs_the_same_queries(signed_in_with, django_assert_num_queries):
    here = signed_in_with()
    for _ in range(5):
        signed_in_with(SAFARI)

    with django_assert_num_queries(5):  # session with its user, the sidebar's two, the sessions, the programs
        here.get(SESSIONS)


def test_whoever_may_no_longer_sign_in_is_out_at_once(signed_in_with, alice):
    here = signed_in_with()
    alice.is_active = False
    alice.save()

    assert not is_in(here)


def test_a_session_outlives_a_secret_key_that_is_still_listed(signed_in_with, settings):
    here = signed_in_with()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
    assert is_in(here)

    settings.SECRET_KEY_FALLBACKS = []
    assert is_in(here)  # it was signed anew

    settings.SECRET_KEY = "another"
    assert not is_in(here)


def test_a_row_signs_in_nobody_but_whom_its_content_names(signed_in_with, charlie):
    here = signed_in_with()
    Session.objects.update(user=charlie)

    assert "Charlie" not in here.get(reverse("accounts:index")).content.decode()


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/26.0 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_a_browser_gets_a_name_that_people_know(user_agent, name):
    assert browsers.name(user_agent) == name
