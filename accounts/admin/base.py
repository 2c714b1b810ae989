"""What every page of the admin has in common: lists that stay fast, ids that are found, acts that are written down."""

from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode

from accounts.models import AuditEvent, User
from lib import typeid

FILTERS = {"", "exact", "isnull", "isempty", "gte", "lt"}  # what those of Django ask
DATES = {"year": range(1000, 9999), "month": range(1, 13), "day": range(1, 32)}  # for `date_hierarchy`
AT_ONCE = 1_000  # rows that one deletion from a list takes; its confirmation is a form with a field for each


class CappedPaginator(Paginator):
    """Counts to 10,000 and stops: counting a million rows costs more than showing a page of them."""

    CAP = 10_000

    @cached_property
    def count(self):
        return min(self._found, self.CAP)

    @property
    def is_capped(self):
        return self._found > self.CAP

    @cached_property
    def _found(self):
        return self.object_list.order_by()[: self.CAP + 1].count()


class RowAdmin(admin.ModelAdmin):
    """A table to look at. Subclasses open what may be done with it.

    `content` names the columns that hold what people wrote: never loaded, shown or filtered by here.
    `ids` says what a pasted id finds: {TypeID prefix: lookup}. `email_of` is the user whose e-mail may be typed.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a facet is a count of the whole table
    list_per_page = 50
    view_on_site = False  # the site's own pages let nobody in who was not let in there
    ordering = ["-pk"]  # UUIDv7: newest first, from the primary key's index
    sortable_by = ()
    content = ()
    ids = {}
    email_of = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer(*self.content)

    def get_fields(self, request, obj=None):
        if self.fields:
            return self.fields
        hidden = {*self.content, self.model._meta.pk.name}
        return [field.name for field in self.model._meta.fields if field.name not in hidden]

    def lookup_allowed(self, lookup, value, request=None):
        """What the filters beside the list say, and nothing else: `?text__contains=…` would read, by yes and no, what
        this page does not show, and most others fail on what they do not expect."""
        name, _, how = lookup.partition("__")
        if name == self.date_hierarchy and how in DATES:
            return value.isascii() and value.isdecimal() and int(value) in DATES[how]
        return how in FILTERS and name in {_name_of(one) for one in self.list_filter}

    # --- finding -----------------------------------------------------------------------------------------------------

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if found := self._ids_in(term):
            return queryset.filter(found), False
        elif "@" in term and self.email_of:
            # Users first, so that the list comes from an index that begins with the owner.
            people = list(User.objects.filter(email__startswith=term.lower()).values_list("pk", flat=True)[:100])
            return queryset.filter(**{f"{self.email_of}__in": people}), False
        elif self._searches_words and term:
            return super().get_search_results(request, queryset, term)
        else:
            return (queryset.none() if term else queryset), False

    @property
    def _searches_words(self):
        return tuple(self.search_fields) != ("pk",)

    def _ids_in(self, term):
        lookups = {self.model.PREFIX: "pk", **self.ids} if hasattr(self.model, "PREFIX") else self.ids
        prefix = term.rpartition("_")[0]
        if prefix in lookups:
            try:
                return Q(**{lookups[prefix]: typeid.decode(prefix, term)})
            except ValueError:
                return None
        try:
            uuid = UUID(term)
        except ValueError:
            return None
        found = Q()
        for lookup in set(lookups.values()):
            found |= Q(**{lookup: uuid})
        return found

    # --- acting on what was ticked -----------------------------------------------------------------------------------

    def response_action(self, request, queryset):
        try:
            for ticked in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(ticked)
        except ValidationError:
            raise SuspiciousOperation("No row of this list was ticked") from None
        return super().response_action(request, queryset)

    # --- the audit trail ---------------------------------------------------------------------------------------------
    # Not django_admin_log: it keeps the names of things, titles among them, after they were deleted for good.

    def log_addition(self, request, obj, message):
        AuditEvent.record(f"{self.opts.model_name}.create", actor=request.user, target=obj, request=request)

    def log_change(self, request, obj, message):
        changed = [name for part in message for name in part.get("changed", {}).get("fields", [])] if message else []
        action = f"{self.opts.model_name}.change"
        AuditEvent.record(action, actor=request.user, target=obj, request=request, fields=changed)

    def log_deletions(self, request, queryset):
        for obj in queryset:
            AuditEvent.record(f"{self.opts.model_name}.delete", actor=request.user, target=obj, request=request)

    def history_view(self, request, object_id, extra_context=None):
        return redirect(f"{reverse('admin:accounts_auditevent_changelist')}?{urlencode({'q': object_id})}")

    # --- deleting ----------------------------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request):
        """Counts in place of Django's walk, which loads every message of every conversation to print its name."""
        names = [str(obj) for obj in objs[:100]]
        if len(names) < (total := len(objs)):
            names.append(f"and {total - len(names):,} more")
        denied = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return names, self.count_with(objs), denied, []

    def count_with(self, objs):
        """{plural noun: how many go}, for the confirmation."""
        return {self.opts.verbose_name_plural: len(objs)}

    def get_actions(self, request):
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            _, name, description = actions["delete_selected"]
            actions["delete_selected"] = (delete_selected, name, description)
        return actions

    def changelist_view(self, request, extra_context=None):
        nouns = str(self.opts.verbose_name_plural)
        words = {
            "title": nouns[0].upper() + nouns[1:],
            # The number that Django would print here is the capped one.
            "selection_note_all": f"All {nouns} that match are selected",
        }
        return super().changelist_view(request, words | (extra_context or {}))


def _name_of(list_filter):
    return list_filter[0] if isinstance(list_filter, tuple) else getattr(list_filter, "parameter_name", list_filter)


def delete_selected(modeladmin, request, queryset):
    """Django's, for as many rows as its confirmation can carry."""
    if queryset[: AT_ONCE + 1].count() > AT_ONCE:
        name = modeladmin.opts.verbose_name_plural
        modeladmin.message_user(request, f"Select at most {AT_ONCE:,} {name} to delete.", messages.ERROR)
        return None
    return admin.actions.delete_selected(modeladmin, request, queryset)


def linked(name, *, description=None, ordering=None):
    """A list column: the related row's name, as a link to its page. Select the relation, or it costs a query a row."""

    @admin.display(description=description or name.replace("_", " "), ordering=ordering, empty_value="–")
    def column(obj):
        related = getattr(obj, name)
        if related is None:
            return None
        try:
            url = reverse(f"admin:{related._meta.app_label}_{related._meta.model_name}_change", args=[related.pk])
        except NoReverseMatch:
            return str(related)
        return format_html('<a href="{}">{}</a>', url, related)

    column.__name__ = name
    return column


@admin.display(description="id")
def public_id(obj):
    """The id as it is spelled in addresses, so that support can be given one and give one."""
    return obj.typeid
