from django.urls import include, path, register_converter

from conversations.views import (
    account,
    branches,
    conversations,
    downloads,
    markdown,
    messages,
    news,
    notes,
    orders,
    outline,
    people,
    projects,
    search,
    selection,
    versions,
)
from lib.typeid import url_converter

register_converter(url_converter("conv"), "conv")
register_converter(url_converter("msg"), "msg")
register_converter(url_converter("branch"), "branch")
register_converter(url_converter("usr"), "usr")
register_converter(url_converter("note"), "note")

app_name = "conversations"
urlpatterns = [
    path("conversations/", conversations.index, name="index"),
    path("conversations/new/", conversations.new, name="new"),
    path("conversations/shared/", conversations.shared, name="shared"),
    path("conversations/selected/archive/", selection.archive, name="selected_archive"),
    path("conversations/selected/unarchive/", selection.unarchive, name="selected_unarchive"),
    path("conversations/selected/project/", selection.move, name="selected_move"),
    path("conversations/selected/delete/", selection.delete, name="selected_delete"),
    path("conversations/<conv:pk>/", conversations.detail, name="detail"),
    path("conversations/<conv:pk>/messages/", messages.create, name="messages"),
    path("conversations/<conv:pk>/messages/<msg:message_pk>/", markdown.detail, name="message"),
    path("conversations/<conv:pk>/messages/<msg:message_pk>/edit/", messages.edit, name="message_edit"),
    path("conversations/<conv:pk>/messages/<msg:message_pk>/delete/", messages.delete, name="message_delete"),
    path("conversations/<conv:pk>/messages/<msg:message_pk>/versions/", versions.index, name="versions"),
    path("conversations/<conv:pk>/branches/", branches.index, name="branches"),
    path("conversations/<conv:pk>/branches/new/", branches.new, name="branch_new"),
    path("conversations/<conv:pk>/branches/<branch:branch_pk>/edit/", branches.edit, name="branch_edit"),
    path("conversations/<conv:pk>/branches/<branch:branch_pk>/delete/", branches.delete, name="branch_delete"),
    path("conversations/<conv:pk>/chronological/", orders.chronological, name="chronological"),
    path("conversations/<conv:pk>/threaded/", orders.threaded, name="threaded"),
    path("conversations/<conv:pk>/outline/", outline.detail, name="outline"),
    path("conversations/<conv:pk>/download/", downloads.index, name="download"),
    path("conversations/<conv:pk>/download/<str:kind>/", downloads.detail, name="download_file"),
    path("conversations/<conv:pk>/project/", projects.move, name="move"),
    path("projects/<proj:pk>/", projects.detail, name="project"),
    path("conversations/<conv:conversation>/people/", people.index, name="people"),
    path("conversations/<conv:conversation>/people/leave/", people.leave, name="people_leave"),
    path("conversations/<conv:conversation>/people/<usr:user>/", people.role, name="people_role"),
    path("conversations/<conv:conversation>/people/<usr:user>/remove/", people.remove, name="people_remove"),
    path("conversations/<conv:conversation>/owner/", people.owner, name="owner"),
    path("projects/<proj:project>/people/", people.index, name="project_people"),
    path("projects/<proj:project>/people/leave/", people.leave, name="project_people_leave"),
    path("projects/<proj:project>/people/<usr:user>/", people.role, name="project_people_role"),
    path("projects/<proj:project>/people/<usr:user>/remove/", people.remove, name="project_people_remove"),
    path("projects/<proj:project>/owner/", people.owner, name="project_owner"),
    path("conversations/<conv:pk>/notes/", notes.index, name="notes"),
    path("conversations/<conv:pk>/messages/<msg:message_pk>/notes/", notes.index, name="message_notes"),
    path("notes/<note:pk>/edit/", notes.edit, name="note_edit"),
    path("notes/<note:pk>/delete/", notes.delete, name="note_delete"),
    path("conversations/<conv:pk>/news/", news.index, name="news"),
    path("conversations/<conv:pk>/edit/", conversations.edit, name="edit"),
    path("conversations/<conv:pk>/delete/", conversations.delete, name="delete"),
    path("account/delete/", account.delete, name="account_delete"),
    path("account/deleted/", account.deleted, name="account_deleted"),
    path("search/", search.index, name="search"),
    path("search/facets/", search.facets, name="facets"),
    path("", include("conversations.import_urls")),
]
