"""Who is in a conversation or a project: the same pages for both. Whoever is in sees them; the owner changes things."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from conversations.forms import PersonForm, RoleForm, SomebodyForm
from conversations.models import Conversation
from conversations.views.access import visible_or_404
from lib.http import see_other
from projects.models import Project
from projects.people import GIVEN
from projects.refusals import NotTheOwner, OwnerIsIn, ProjectExists

AT_ONCE = 50


def of_thing(view):
    """Calls it with the conversation or the project of the address, where the reader sees it."""

    @login_required
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def found(request, conversation=None, project=None, **rest):
        if conversation:
            thing = visible_or_404(request, conversation)
        else:
            thing = get_object_or_404(Project.objects.visible_to(request.user), pk=project)
        try:
            return view(request, thing, **rest)
        except NotTheOwner:  # handed over since, in another tab
            raise PermissionDenied from None

    return found


def of_own_thing(view):
    """The same for its owner alone: 403 for everybody else who is in."""

    @of_thing
    @wraps(view)
    def owned(request, thing, **rest):
        if thing.owner_id != request.user.pk:
            raise PermissionDenied
        return view(request, thing, **rest)

    return owned


@of_thing
def index(request, thing):
    """Who is in. A POST lets somebody in, or gives them another role."""
    if request.method == "POST" and thing.owner_id != request.user.pk:
        raise PermissionDenied
    form = PersonForm(request.POST or None, among=_colleagues(request))
    if form.is_valid():
        user = form.cleaned_data["email"]
        try:
            row = thing.people.let_in(user, form.cleaned_data["role"], by=request.user, request=request)
        except OwnerIsIn:
            form.add_error("email", "It is yours: you are in already.")
        else:
            notices.success(request, f"{user} is in, as {_a(row)}.")
            return _to_people(thing)
    context = _context(request, thing) | {
        "page": Paginator(thing.people.listed(), AT_ONCE).get_page(request.GET.get("page")),
        "roles": GIVEN,
        "form": form,
        "role": thing.role_of(request.user),
        "through": _project(thing, request.user),
    }
    return render(request, "conversations/people/index.html", context, status=422 if form.is_bound else 200)


@of_own_thing
def role(request, thing, user):
    """Another role for one who is in. GET comes from signing in on the way: back to the list, nothing changed."""
    if request.method == "GET":
        return _to_people(thing)
    person = get_object_or_404(thing.people.rows.select_related("user"), user=user)
    form = RoleForm(request.POST)
    if form.is_valid():
        row = thing.people.let_in(person.user, form.cleaned_data["role"], by=request.user, request=request)
        notices.success(request, f"{person.user} is {_a(row)} now.")
    else:
        notices.error(request, "There is no such role. Nothing was changed.")
    return _to_people(thing, request.GET.get("page"))


@of_own_thing
def remove(request, thing, user):
    """Says what it means before it is done."""
    person = get_object_or_404(thing.people.rows.select_related("user"), user=user)
    if request.method == "POST":
        thing.people.show_out(person.user, by=request.user, request=request)
        notices.success(request, f"{person.user} is out.")
        return _to_people(thing)
    context = _context(request, thing) | {"person": person, "stays": _project(thing, person.user)}
    return render(request, "conversations/people/remove.html", context)


@of_thing
def leave(request, thing):
    """For whoever was let in by name; what they see through a project they leave there."""
    get_object_or_404(thing.people.rows, user=request.user)
    if request.method == "POST":
        thing.people.show_out(request.user, by=request.user, request=request)
        notices.success(request, f"You have left “{thing}”.")
        return see_other("projects:index" if isinstance(thing, Project) else "conversations:shared")
    context = _context(request, thing) | {"stays": _project(thing, request.user)}
    return render(request, "conversations/people/leave.html", context)


@of_own_thing
def owner(request, thing):
    """Hands it over: first to whom, then what goes with it, then it is done."""
    form = SomebodyForm(request.POST or None, among=_colleagues(request))
    if form.is_valid():
        user = form.cleaned_data["email"]
        if user == request.user:
            form.add_error("email", str(OwnerIsIn()))
        elif "sure" not in request.POST:
            links = isinstance(thing, Conversation) and thing.share_links.filter(revoked_at=None).count()
            context = _context(request, thing) | {"somebody": user, "form": form, "links": links}
            return render(request, "conversations/people/handover.html", context)
        else:
            try:
                thing.hand_over(user, by=request.user, request=request)
            except ProjectExists:
                form.add_error("email", f"{user} has a project of that name already. Rename yours first.")
            except NotTheOwner:  # in another tab they were faster than themselves
                raise PermissionDenied from None
            else:
                notices.success(request, f"“{thing}” is {user}’s now. You are in it, as an editor.")
                return _to_people(thing)
    context = _context(request, thing) | {"form": form}
    return render(request, "conversations/people/owner.html", context, status=422 if form.is_bound else 200)


def _context(request, thing):
    return {
        "thing": thing,
        "path": thing.get_absolute_url(),
        "word": thing._meta.model_name,
        "is_owner": thing.owner_id == request.user.pk,
    }


def _colleagues(request):
    return User.objects.filter(workspace=request.user.workspace_id)


def _project(thing, user):
    """The project through which `user` sees the conversation, or would without being in it themselves; or None."""
    return Project.objects.visible_to(user).filter(pk=getattr(thing, "project_id", None)).first()


def _to_people(thing, page=None):
    return see_other(f"{thing.get_absolute_url()}people/{'?' + urlencode({'page': page}) if page else ''}")


def _a(row):
    word = row.get_role_display().lower()
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
