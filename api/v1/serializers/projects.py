from django.utils import timezone
from rest_framework import serializers

from api import specification as spec
from api.fields import Flag, Input, Moment, Text, wrong
from api.problem import Problem
from api.v1.serializers.tags import SHOWN
from lib.times import iso
from projects.models import Project

SAID = f"must be 1 to {Project.NAME_LIMIT} characters, none of them a control character."
NAME = {"pattern": SHOWN, "said": SAID, "max_length": Project.NAME_LIMIT, "help_text": "`title` and `name` are one."}
NOTES = ("description", "instruction")


class ProjectChange(Input):
    """What may be changed. null clears the note and the instruction."""

    null_is_absent = False
    example = {"title": "Astronomy"}
    title = Text(required=False, allow_null=True, **NAME)
    name = Text(required=False, allow_null=True, **NAME)
    description = Text(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=Project.DESCRIPTION_LIMIT,
        help_text="A note for people; no model sees it.",
    )
    instruction = Text(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=Project.INSTRUCTION_LIMIT,
        help_text="What a model is told first.",
    )
    is_favorite = Flag(required=False, allow_null=True)
    is_archived = Flag(required=False, allow_null=True)

    def validate(self, asked):
        """What Project.change takes."""
        fields = {name: asked[name] or "" for name in NOTES if name in asked}
        names = {asked[key].strip() for key in ("title", "name") if asked.get(key)}
        if len(names) > 1:
            raise Problem(400, "names_differ", "title and name are one field, and differ.", field="name")
        for name in names:
            if not name:
                raise wrong("title", SAID)
            fields["name"] = name
        if asked.get("is_favorite") is not None:
            fields["is_favorite"] = asked["is_favorite"]
        if asked.get("is_archived") is not None:
            fields["archived_at"] = timezone.now() if asked["is_archived"] else None
        return fields


class ProjectInput(ProjectChange):
    null_is_absent = True

    def validate(self, asked):
        fields = super().validate(asked)
        if "name" not in fields:
            raise Problem(400, "name_missing", "title is missing.", field="title")
        return fields


class ProjectSerializer(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["project"])
    title = serializers.CharField()
    name = serializers.CharField(help_text="The same as `title`.")
    description = serializers.CharField(required=False)
    instruction = serializers.CharField(required=False)
    is_favorite = serializers.BooleanField()
    is_archived = serializers.BooleanField()
    archived_at = Moment(required=False)
    created_at = Moment()
    updated_at = Moment()


class ProjectListSerializer(spec.listed(ProjectSerializer)):
    next_cursor = serializers.CharField(allow_null=True, help_text="The same as `next_after`.")


class ProjectDeletedSerializer(serializers.Serializer):
    id = serializers.CharField()
    object = serializers.ChoiceField(["project"])
    deleted = serializers.BooleanField()


def spell_project(project):
    optional = {
        "description": project.description,
        "instruction": project.instruction,
        "archived_at": project.archived_at and iso(project.archived_at),
    }
    return {
        "id": project.typeid,
        "object": "project",
        "title": project.name,
        "name": project.name,
        **{name: value for name, value in optional.items() if value},
        "is_favorite": project.is_favorite,
        "is_archived": project.archived_at is not None,
        "created_at": iso(project.created_at),
        "updated_at": iso(project.updated_at),
    }
