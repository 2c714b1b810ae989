"""The administration in a browser: as wide as the window, whatever its tables hold."""

import pytest
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_admin(page, live_server):
    User.objects.create_superuser("root@example.org", "root's password", name="Root")
    page.goto(live_server.url + reverse("admin:index"))
    page.locator("[name=login]").fill("root@example.org")
    page.locator("[name=password]").fill("root's password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    return page


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_a_wide_table_scrolls_by_itself_and_the_page_does_not(at_admin, live_server, conversation, width):
    page = at_admin
    page.set_viewport_size({"width": width, "height": 800})
    for name in ["accounts_auditevent", "accounts_user", "conversations_conversation", "conversations_message"]:
        page.goto(live_server.url + reverse(f"admin:{name}_changelist"))
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is {overflow}px too wide at {width}"


def test_what_is_done_with_the_ticked_ones_can_be_read_on_a_phone(at_admin, live_server, conversation):
    at_admin.set_viewport_size({"width": 375, "height": 800})
    at_admin.goto(live_server.url + reverse("admin:conversations_conversation_changelist"))

    assert at_admin.get_by_label("Action:").bounding_box()["width"] > 150
