import pytest
from django.urls import reverse


@pytest.fixture
def history(sign_in, alice, conversation):
    """GETs the history with the headers that htmx would send."""
    client = sign_in(alice)
    return lambda **headers: client.get(reverse("conversations:index"), headers=headers)


def test_htmx_gets_the_piece_it_asked_for(history):
    html = history(**{"HX-Request": "true"}).content.decode()

    assert "Choosing a telescope" in html
    assert "<html" not in html


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_a_history_restore_get_the_whole_page(history, header):
    assert "<html" in history(**{"HX-Request": "true", header: "true"}).content.decode()


def test_caches_keep_the_piece_and_the_page_apart(history):
    for headers in ({}, {"HX-Request": "true"}):
        assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(history(**headers)["Vary"].split(", "))


def test_a_piece_for_nobody_is_401_where_a_page_leads_to_the_sign_in(client, db):
    asked = reverse("conversations:index")

    assert client.get(asked, headers={"HX-Request": "true"}).status_code == 401
    assert client.get(asked)["Location"] == f"{reverse('account_login')}?next={asked}"
