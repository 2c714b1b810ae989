from api import specification as spec
from api.problem import invalid
from api.queries import choice_of, choices_of, ids_of, limit_of, moment_of, text_of, texts_of
from api.v1.dialect import V1
from api.v1.serializers.search import ResultsSerializer, spell_results
from conversations.models import Message
from conversations.search import BEST, NEWEST, BadCursorError
from conversations.search.filters import ABANDONED, ACTIVE, CODE, FILE, IMAGE, TITLE
from projects.models import Project

ROLES = [role for role in Message.Role.values if role != Message.Role.OTHER]
NONE = "none"
HERE = "here"


class Search(V1):
    @spec.described(
        answers={200: ResultsSerializer},
        query=(
            spec.text(
                "q", 'What a person would type: words, "phrases", -without, begin*, OR, and filters (role:user).'
            ),
            spec.choice("sort", NEWEST, BEST),
            spec.several("role", spec.one_of(*ROLES)),
            spec.several("model", {"type": "string"}, "Its whole name, or its beginning and a star."),
            spec.several(
                "project_id",
                {"type": "string", "pattern": f"{spec.id_pattern(Project.PREFIX)}|^{NONE}$"},
                f"proj_…, or {NONE} for what is in no project.",
            ),
            spec.several("tag", {"type": "string"}, "The name of a tag of the caller’s."),
            spec.several("source", {"type": "string"}, f"A format it was imported from, or {HERE}."),
            spec.several("has", spec.one_of(CODE, FILE, IMAGE), "Several: all of them."),
            spec.choice("branch", "", ACTIVE, ABANDONED, description="Only what the active branch shows, or does not."),
            spec.choice("in", "", TITLE, description="Conversations by their titles."),
            spec.moment("created_after"),
            spec.moment("created_before"),
            spec.whole("limit", "How many rows; more than 100 is 100.", default=20),
            spec.text("after", "`next_after` of the page before, with everything else the same."),
        ),
    )
    def get(self, request):
        """Items that say it. In what the caller may read, with the words marked, newest or best first.

        Several values of one filter are any of them, several filters all of them.
        """
        query = request.query_params
        filters = filters_of(query)
        try:
            results = Message.objects.search(
                text_of(query, "q"),
                request.user,
                order=choice_of(query, "sort", [NEWEST, BEST]),
                cursor=text_of(query, "after") or text_of(query, "cursor"),
                limit=limit_of(query, default=20, maximum=100),
                per_conversation=None,
                **filters,
            )
        except BadCursorError:
            raise invalid("after", "is no place in these results.", code="invalid_cursor") from None
        return self.answer(spell_results(results, about_titles="in" in filters))


def filters_of(query):
    """What `Message.objects.search` takes."""
    filters = {
        "role": choices_of(query, "role", ROLES),
        "model": texts_of(query, "model"),
        "project": ids_of(query, "project_id", Project.PREFIX, none=NONE),
        "tag": texts_of(query, "tag"),
        "source": ["" if name == HERE else name for name in texts_of(query, "source")],
        "has": choices_of(query, "has", [CODE, FILE, IMAGE]),
        "branch": choice_of(query, "branch", ["", ACTIVE, ABANDONED]),
        "in": choice_of(query, "in", ["", TITLE]),
        "after": moment_of(query, "created_after"),
        "before": moment_of(query, "created_before"),
    }
    return {kind: value for kind, value in filters.items() if value}
