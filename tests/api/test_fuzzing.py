"""Schemathesis reads the specification and sends what it allows and what it forbids, to a real server over HTTP."""

import json
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from accounts.models import User
from api.v1.views.schema import specification

# What no schema can tell beforehand: whether a cursor's row exists, whether a key was used, whether there is room.
KNOWS_MORE = {
    "invalid_cursor",
    "idempotency_key_reused",
    "conversation_full",
    "duplicate_item_id",
    "names_differ",
    "name_missing",
    "stale",
}

load_all_checks()
schema = schemathesis.openapi.from_dict(json.loads(specification()))
schema.config.generation.update(allow_x00=False, codec="utf-8", with_security_parameters=False)
schema.config.generation.allow_extra_parameters = False  # what is unknown is ignored: clients may be newer


@pytest.fixture
def key(transactional_db, key_of):
    return key_of(User.objects.create_user("fuzz@example.org", "a long password"))


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("PARLEY_FUZZ", "8")),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_promise(case, live_server, key):
    response = case.call(base_url=live_server.url, headers={"Authorization": f"Bearer {key}"})
    known = response.status_code >= 400 and response.json()["code"] in KNOWS_MORE
    case.validate_response(response, excluded_checks=[checks.positive_data_acceptance] if known else [])
