"""Whatever an address or a form of a superuser's says, no page of the admin is a fault."""

from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

TABLES = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
each_table = pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label_lower)

LOOKUPS = [
    "",
    "__exact",
    "__isnull",
    "__isempty",
    "__gte",
    "__year",
    "__iso_year",
    "__day",
    "__range",
    "__contained_by",
]
ODD = ["\x00", "x", "99999", "9999-12-31 23:59:59"]
ODD_IDS = ["\x00", "x", "-1", "9" * 30, "١٢", "_00", "conv_01h455vb4pex5vsknk084sn02q"]


@pytest.fixture
def root(sign_in, conversation):
    client = sign_in(User.objects.create_superuser("root@example.org", "root's password"))
    client.raise_request_exception = False
    return client


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def filtered_by(model):
    """The fields that the list offers to filter by, and one that it does not."""
    listed = admin.site._registry[model]
    offered = [one[0] if isinstance(one, tuple) else getattr(one, "parameter_name", one) for one in listed.list_filter]
    return {*offered, listed.date_hierarchy or model._meta.fields[-1].name}


@each_table
def test_no_filter_of_a_list_is_a_fault(root, model):
    for field in sorted(filtered_by(model)):
        for lookup in LOOKUPS:
            for value in ODD:
                query = urlencode({field + lookup: value})
                assert root.get(f"{page(model, 'changelist')}?{query}").status_code in {200, 302, 400}, query


@each_table
def test_no_other_word_in_the_address_of_a_list_is_a_fault(root, model):
    for name in ("q", "p", "_to_field", "x__y", "\x00"):
        for value in ODD:
            query = urlencode({name: value})
            assert root.get(f"{page(model, 'changelist')}?{query}").status_code in {200, 302, 400}, query


@each_table
def test_no_row_that_is_none_is_a_fault_when_it_is_ticked_or_opened(root, model):
    actions = admin.site._registry[model].actions or []
    for spelled in ODD:
        for action in ("delete_selected", "nonsense", *actions):
            given = {
                "_selected_action": [spelled],
                "action": action,
                "index": spelled,
                "reason": "because",
                "post": "yes",
            }
            assert root.post(page(model, "changelist"), given).status_code in {200, 302, 400, 403}, given
        for name in ("change", "delete", "history"):
            address = page(model, name, quote(spelled, safe=""))
            assert root.get(address).status_code in {302, 400, 403, 404}, address
            assert root.post(address, {"post": "yes"}).status_code in {302, 400, 403, 404}, address


@each_table
def test_no_form_is_a_fault(root, model):
    fields = [field.name for field in model._meta.fields]
    for value in ODD:
        assert root.post(page(model, "add"), dict.fromkeys(fields, value)).status_code in {200, 400, 403}, value
        if row := model.objects.first():
            for name in ("change", "delete"):
                answer = root.post(page(model, name, row.pk), dict.fromkeys(fields, value))
                assert answer.status_code in {200, 302, 400, 403}, value


def test_a_year_that_was_is_shown_and_one_that_cannot_be_is_refused(root):
    for model in TABLES:
        if field := admin.site._registry[model].date_hierarchy:
            address = page(model, "changelist")
            assert root.get(f"{address}?{field}__year=2026&{field}__month=11&{field}__day=20").status_code == 200
            assert root.get(f"{address}?{field}__year=99999").status_code == 400
            assert root.get(f"{address}?{field}__year=9999&{field}__month=12").status_code == 400


@pytest.mark.parametrize("address", ["counts/", "autocomplete/", "jsi18n/", "r/1/x/", "r/1/\x00/", "login/"])
def test_no_page_beside_the_tables_is_a_fault(root, address):
    for value in ODD:
        query = urlencode(dict.fromkeys(["days", "term", "app_label", "model_name", "field_name", "next"], value))
        assert root.get(f"/admin/{quote(address)}?{query}").status_code in {200, 302, 400, 403, 404}
