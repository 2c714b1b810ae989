from accounts.throttling import client, count_request
from api import specification as spec
from api.problem import not_found
from api.queries import choice_of, flag_of, text_of, whole_of
from api.queries import id_of as id_in
from api.v1.dialect import V1, etag_of
from api.v1.serializers.conversations import ConversationSerializer, spell_one
from api.v1.serializers.shares import (
    ChangesSerializer,
    ItemShareInput,
    PublicShareSerializer,
    RevokedSharesSerializer,
    RevokeInput,
    ShareChange,
    ShareInput,
    SharePreviewSerializer,
    ShareSerializer,
    UpdatedShareSerializer,
    ViewsSerializer,
    id_of,
    spell_changes,
    spell_preview,
    spell_public,
    spell_share,
    spell_views,
)
from api.v1.views.branches import existing
from api.v1.views.items import message_named
from conversations.models import Conversation
from projects.people import Role
from sharing import counting, opening, spelling
from sharing.continuing import Continuation
from sharing.findings import findings
from sharing.models import DailyViews, ShareLink
from sharing.selection import Selection

LISTED = (
    *spec.walked(spelling.PREFIX),
    spec.choice("state", "", *ShareLink.State.values),
    spec.flag("include_revoked", "false leaves out what was revoked."),
)
DAYS, DAYS_AT_MOST = 30, 365  # that views are told of
BRANCH = (spec.text("branch", "A branch’s name. Counts more than the body’s."),)
HEADER = "Parley-Share-Password"  # in which programs tell it
PASSWORD = spec.header(HEADER, "Of a link that has one.")
READS = 100  # a minute, from one address, of whatever links


class ShareView(V1):
    """What the resources of shares share."""

    def links(self):
        """The door: the links that the caller made."""
        links = ShareLink.objects.visible_to(self.request.user).select_related("message")
        return links.defer("message__text", "message__parts", "message__metadata")

    def mine(self, conversation):
        found = self.conversation(conversation)
        self.check_owner(found)
        return found

    def mine_named(self, links, spelled):
        link = links.named(spelled)
        if link is None:
            raise not_found("share")
        return link

    def share(self, conversation, **asked):
        """A new link, as an answer."""
        asked = self.named(conversation, **asked)
        link = ShareLink.objects.share(conversation, by=self.request.user, request=self.request, **asked)
        return self.shown(link, 201)

    def shown(self, link, status=200, **more):
        """Always sent: how often it was read changes without what can be edited, of which the ETag is."""
        return self.answer(spell_share(link) | more, status, headers={"ETag": etag_of(link)})

    def named(self, conversation, *, item=None, scope="item", item_id="", first_item_id="", branch="", **fields):
        """What ShareLinkQuerySet.draft takes, with what the request only names."""
        branch = text_of(self.request.GET, "branch") or branch
        if scope == "conversation":
            return {"branch": existing(conversation, branch) if branch else None, **fields}
        fields["message"] = message_named(conversation, item or item_id)
        if scope == "range":
            fields["scope"] = ShareLink.Scope.RANGE
            fields["first"] = message_named(conversation, first_item_id) if first_item_id else None
        return fields

    def listed(self, links):
        if state := choice_of(self.request.GET, "state", ["", *ShareLink.State.values]):
            links = links.in_state(state)
        if flag_of(self.request.GET, "include_revoked") is False:
            links = links.filter(revoked_at=None)
        return self.newest_first(links.defer("positions"), spell_share, read=self.place)

    def place(self, spelled):
        link = self.links().named(spelled)
        if link is None:
            raise ValueError(spelled)
        return link.pk

    def revoke(self, links, spelled):
        """Ends one of these links. Done twice it is still done."""
        link = self.mine_named(links, spelled)
        link.revoke(by=self.request.user, request=self.request)
        return self.answer({"id": id_of(link), "object": "share.deleted", "deleted": True})


class Share(ShareView):
    @spec.described(takes=ShareInput, answers={201: ShareSerializer}, query=BRANCH)
    def post(self, request, conversation):
        """A link to a branch, a range of it or one item. Whoever has it can read, until it is revoked."""
        asked = self.payload(ShareInput)
        return self.share(self.mine(conversation), **asked)


class SharePreview(ShareView):
    scope = "conversations:read"

    @spec.described(takes=ShareInput, answers={200: SharePreviewSerializer}, query=BRANCH)
    def post(self, request, conversation):
        """What such a link would show, and what in it looks like a secret. Nothing is published."""
        asked = self.payload(ShareInput)
        conversation = self.mine(conversation)
        draft = ShareLink.objects.draft(conversation, **self.named(conversation, **asked))
        return self.answer(spell_preview(draft, draft.messages(), findings(draft)))


class ShareOfItem(ShareView):
    @spec.described(takes=ItemShareInput, answers={201: ShareSerializer})
    def post(self, request, conversation, item):
        """A link to one item as it is now."""
        asked = self.payload(ItemShareInput)
        return self.share(self.mine(conversation), item=item, **asked)


class SharesOfConversation(ShareView):
    @spec.described(answers={200: spec.listed(ShareSerializer)}, query=LISTED)
    def get(self, request, conversation):
        """Its links, newest first."""
        return self.listed(self.links().filter(conversation=self.mine(conversation)))


class ShareOfConversation(ShareView):
    @spec.described(answers={200: spec.deleted("share.deleted")})
    def delete(self, request, conversation, share):
        """Ends a link at once. Done twice it is still done."""
        return self.revoke(self.links().filter(conversation=self.mine(conversation)), share)


class ShareAsTheGuideSays(ShareOfConversation):
    """The same at the address of the guide; the one above is that of the guide's own client."""


class Shares(ShareView):
    @spec.described(
        answers={200: spec.listed(ShareSerializer)},
        query=(*LISTED, spec.typeid("conversation", Conversation.PREFIX, "Only those of this one.")),
    )
    def get(self, request):
        """All links that the caller made, newest first; also those whose conversation was deleted since."""
        links, conversation = self.links(), id_in(request.GET, "conversation", Conversation.PREFIX)
        return self.listed(links.filter(conversation=conversation) if conversation else links)


class RevokeShares(ShareView):
    @spec.described(takes=RevokeInput, answers={200: RevokedSharesSerializer})
    def post(self, request):
        """Ends several at once, or all; what is not the caller’s is named, and hinders nothing."""
        asked = self.payload(RevokeInput)
        selection = Selection(self.links(), asked["share_ids"])
        links, failed = (self.links(), []) if asked["all"] else (selection.links, selection.missing)
        count = links.revoke(by=request.user, request=request)
        ended = 0 if asked["all"] else selection.found - count
        return self.answer(
            {
                "object": "shares.revoked",
                "revoked_count": count,
                "ended_before_count": ended,
                "failed_count": len(failed),
                "failed_ids": failed,
            }
        )


class OneShare(ShareView):
    @spec.described(answers={200: ShareSerializer})
    def get(self, request, share):
        """One of the caller’s links."""
        return self.shown(self.mine_named(self.links(), share))

    @spec.described(takes=ShareChange, answers={200: ShareSerializer}, if_match=True)
    def patch(self, request, share):
        """Changes what it asks of its readers, and what is left out. What it was taken of stays."""
        changes = self.payload(ShareChange)
        link = self.mine_named(self.links(), share)
        self.check_unchanged(etag_of(link))
        expected_at = link.updated_at if request.headers.keys() & {"If-Match", "If-None-Match"} else None
        link.change(by=request.user, request=request, expected_at=expected_at, **changes)
        return self.shown(link)

    @spec.described(answers={200: spec.deleted("share.deleted")})
    def delete(self, request, share):
        """Ends a link at once. Done twice it is still done."""
        return self.revoke(self.links(), share)


class ViewsOfShare(ShareView):
    @spec.described(answers={200: ViewsSerializer}, query=(spec.whole("days", default=DAYS, highest=DAYS_AT_MOST),))
    def get(self, request, share):
        """How often it was opened on each of the last days, in UTC, today last. By whom, nobody notes."""
        link = self.mine_named(self.links(), share)
        days = whole_of(request.GET, "days", default=DAYS, lowest=1, highest=DAYS_AT_MOST)
        return self.answer(spell_views(link, DailyViews.objects.by_day([link], days)[link.pk]))


class ChangesOfShare(ShareView):
    @spec.described(answers={200: ChangesSerializer})
    def get(self, request, share):
        """What an update would change."""
        return self.answer(spell_changes(self.mine_named(self.links(), share).changes()))


class UpdateOfShare(ShareView):
    @spec.described(answers={200: UpdatedShareSerializer})
    def post(self, request, share):
        """Makes it show what it would show if it were made now, at the same address."""
        link = self.mine_named(self.links(), share)
        changes = link.changes()
        link.update_to_now(by=request.user, request=request)
        return self.shown(link, changes=spell_changes(changes))


class PublicShare(V1):
    """What a link shows, without a key: the link is the key."""

    authentication_classes = []
    needs_user = False

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        count_request(f"share:{client(request)}", READS)

    @spec.described(answers={200: PublicShareSerializer}, headers=[PASSWORD])
    def get(self, request, share):
        """What the link shows: the words as they were when it was made. 410 after its end."""
        link = opened(request, share)
        messages = link.messages()
        self.count_view(link)
        return self.answer(spell_public(link, messages))

    def count_view(self, link):
        if self.request.method == "GET":  # whoever asks with HEAD has read nothing
            counting.view(link.pk)


class ContinueShare(V1):
    @spec.described(answers={201: ConversationSerializer}, headers=[PASSWORD])
    def post(self, request, share):
        """What a link shows as a new conversation of the caller’s, where whoever made it allows that (`read_only`)."""
        conversation = Continuation(opened(request, share)).start(request.user, request=request)
        return self.answer(spell_one(conversation, Role.OWNER, request.user), 201)


def opened(request, spelled):
    """The link, open to whoever asks. A program tells its password each time."""
    link = opening.opened(request, spelled)
    if link.password:
        opening.check_password(request, link, request.headers.get(HEADER, ""))
    return link
