"""A link with a password: what it tells before, what a browser holds afterwards, and how often one may be wrong."""

import pytest
from django.test import Client

from conversations.models import Message
from sharing import opening

PASSWORD = "aperture fever"


@pytest.fixture
def link(conversation, share):
    return share(conversation, password=PASSWORD, include_images=True)


def tell(browser, link, password=PASSWORD):
    return browser.post(link.path, {"password": password})


def test_before_the_password_nothing_is_told_but_that_there_is_one(client, link):
    answer = client.get(link.path)
    html = answer.content.decode()

    assert answer.status_code == 403
    assert "A password is needed" in html
    assert "telescope" not in html
    assert "og:" not in html
    assert "csrf" not in html
    assert not answer.cookies
    assert client.get(f"{link.path}/markdown/").status_code == 403
    assert "telescope" not in client.get(f"{link.path}/markdown/").content.decode()
    assert client.get(f"{link.path}/files/att_01jj1hdhn7f9ts7a01wb3hysdb/").status_code == 403
    assert client.head(link.path).status_code == 403


def test_the_right_one_opens_it_for_this_browser_until_it_is_closed(client, link, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = tell(client, link)

    assert (answer.status_code, answer["Location"]) == (303, link.path)
    [(name, cookie)] = answer.cookies.items()
    assert (name, cookie.value) == (opening.COOKIE, link.unlocking())
    assert (cookie["path"], cookie["samesite"], cookie["expires"], cookie["max-age"]) == (link.path, "Lax", "", "")
    assert cookie["httponly"]
    assert cookie["secure"]
    opened = client.get(link.path)
    assert "Dobsonian" in opened.content.decode()
    assert not opened.cookies
    assert "Dobsonian" in client.get(f"{link.path}/markdown/").content.decode()
    assert client.get(f"{link.path}/files/att_01jj1hdhn7f9ts7a01wb3hysdb/").status_code == 404
    assert Client().get(link.path).status_code == 403


def test_another_password_ends_what_the_old_one_opened(client, link):
    tell(client, link)
    link.change(password="aperture cure")

    assert client.get(link.path).status_code == 403
    assert tell(client, link).status_code == 403
    assert tell(client, link, "aperture cure").status_code == 303
    link.change(password="")
    assert Client().get(link.path).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 64])
def test_a_made_up_cookie_opens_nothing(client, link, token):
    assert client.get(link.path, headers={"Cookie": f"{opening.COOKIE}={token}"}).status_code == 403


def test_one_address_is_wrong_five_times(conversation, share, link, time_machine_frozen):
    guesser, other = Client(REMOTE_ADDR="192.0.2.9"), Client(REMOTE_ADDR="192.0.2.10")
    tell(guesser, link)  # right: not counted
    answers = [tell(guesser, link, "wrong") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert "not the password" in answers[0].content.decode()
    assert "Too many wrong passwords. Try again in 15 minutes." in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "900"
    assert Client(REMOTE_ADDR="192.0.2.9").post(link.path, {"password": PASSWORD}).status_code == 429
    assert guesser.get(link.path).status_code == 200  # who was in stays in
    assert tell(other, link).status_code == 303
    assert tell(guesser, share(conversation, password="other"), "other").status_code == 303


def test_all_addresses_together_are_wrong_fifty_times(link, time_machine_frozen):
    answers = [tell(Client(REMOTE_ADDR=f"192.0.2.{n}"), link, "wrong").status_code for n in range(51)]

    assert answers == [403] * 50 + [429]
    assert tell(Client(REMOTE_ADDR="198.51.100.1"), link).status_code == 429


def test_a_program_tells_it_in_a_header(client, conversation, share, link, time_machine_frozen):
    def read(link, **headers):
        return client.get(f"/v1/public/shares/{link.path.rpartition('/')[2]}", headers=headers)

    assert (read(link).status_code, read(link).json()["code"]) == (403, "share_password_required")
    wrong = read(link, Parley_Share_Password="wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "share_password_wrong")
    for _ in range(6):
        assert read(link, Parley_Share_Password=PASSWORD).json()["title"] == "Choosing a telescope"
    at_page = client.get(link.path, headers={"Accept": "application/json"})
    assert (at_page.status_code, at_page.json()["code"]) == (403, "share_password_required")
    link.revoke()
    assert read(link).status_code == 410


def test_a_link_without_one_takes_none(client, conversation, share):
    assert tell(client, share(conversation)).status_code == 405


def test_what_is_behind_it_never_comes_from_a_page_that_was_kept(client, conversation, share, link):
    tell(client, link)
    assert "Dobsonian" in client.get(link.path).content.decode()
    Message.objects.filter(position=2).update(text="Binoculars.")

    assert "Binoculars." in client.get(link.path).content.decode()
