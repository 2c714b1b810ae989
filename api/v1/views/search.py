from api import specification as spec
from api.problem import invalid
from api.queries import choice_of, choices_of, ids_of, limit_of, moment_of, text_of, texts_of
from api.v1.dialect import V1
from api.v1.serializers.search import HERE, NONE, FacetsSerializer, ResultsSerializer, spell_facets, spell_results
from conversations.models import Message
from conversations.search import BEST, NEWEST, BadCursorError
from conversations.search.filters import ABANDONED, ACTIVE, CODE, FILE, IMAGE, TITLE
from projects.models import Project

ROLES = [role for role in Message.Role.values if role != Message.Role.OTHER]


QUESTION = (
    spec.text("q", 'What a person would type: words, "phrases", -without, begin*, OR, and filters (role:user).'),
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
    spec.moment("created_after"),
    spec.moment("created_before"),
)


class Search(V1):
    @spec.described(
        answers={200: ResultsSerializer},
        query=(
            *QUESTION,
            spec.choice("in", "", TITLE, description="Conversations by their titles."),
            spec.choice("sort", NEWEST, BEST),
            spec.whole("limit", "How many rows; more than 100 is 100.", default=20),
            spec.text("after", "`next_after` of the page before, with everything else the same."),
        ),
    )
    def get(self, request):
        """Items that say it. In what the caller may read, with the words marked, newest or best first.

        Several values of one filter are any of them, several filters all of them.
        """
        query = request.GET
        filters = filters_of(query)
        if choice_of(query, "in", ["", TITLE]):
            filters["in"] = TITLE
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


class Facets(V1):
    @spec.described(answers={200: FacetsSerializer}, query=QUESTION)
    def get(self, request):
        """What a search could be narrowed to, with counts: each value is what its parameter takes.

        Asked with the same `q` and filters as the search. Of very many hits the newest are counted, and it is told.
        """
        query = request.GET
        counted = Message.objects.facets(text_of(query, "q"), request.user, **filters_of(query))
        return self.answer(spell_facets(counted))


def filters_of(query):
    """What `Message.objects.search` and `facets` take."""
    filters = {
        "role": choices_of(query, "role", ROLES),
        "model": texts_of(query, "model"),
        "project": ids_of(query, "project_id", Project.PREFIX, none=NONE),
        "tag": texts_of(query, "tag"),
        "source": ["" if name == HERE else name for name in texts_of(query, "source")],
        "has": choices_of(query, "has", [CODE, FILE, IMAGE]),
        "branch": choice_of(query, "branch", ["", ACTIVE, ABANDONED]),
        "after": moment_of(query, "created_after"),
        "before": moment_of(query, "created_before"),
    }
    return {kind: value for kind, value in filters.items() if value}
