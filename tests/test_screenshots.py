"""bin/screenshots shows every page there is, and each of them answers as it says."""

from collections import Counter

import pytest
from django.contrib import admin
from django.urls import URLPattern, get_resolver

from tests.screenshots import pages, stage

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.screenshots.urls"),
    pytest.mark.usefixtures("time_machine_frozen"),
]


@pytest.fixture
def shots(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return pages.shots(stage.set_up())


def names(patterns, namespace=""):
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield namespace + (entry.name or "")
        else:
            yield from names(entry.url_patterns, namespace + (f"{entry.namespace}:" if entry.namespace else ""))


def forms_of_models():
    """Django makes them all from the same four templates."""
    for model in admin.site._registry:
        for page in ("add", "change", "delete", "history"):
            yield f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


def test_every_page_is_among_the_pictures_and_answers_as_it_says(shots, sign_in, client):
    shown = {shot.name for shot in shots}
    known = set(names(get_resolver().url_patterns)) - {"", "admin:"}

    assert known - shown - set(pages.NO_PAGES) - set(forms_of_models()) == set()
    assert set(pages.NO_PAGES) - known == set()
    assert set(pages.NO_PAGES) & shown == {"error"}
    assert [slug for slug, times in Counter(shot.slug for shot in shots).items() if times > 1] == []
    for shot in shots:
        visitor = sign_in(shot.who) if shot.who else client
        assert visitor.get(shot.path.partition("#")[0]).status_code == shot.status, shot
