from django.db import transaction

from api import specification as spec
from api.problem import not_found
from api.v1.dialect import V1, digest_of
from api.v1.serializers.tags import TagInput, TagSerializer, spell_tag
from conversations.models import Tag, Tombstone
from lib.typeid import decode


class TagView(V1):
    """What the resources of tags share."""

    def tag(self, text):
        """The caller's tag of that id or name. Raises Problem (404)."""
        found = Tag.objects.visible_to(self.request.user).named(text)
        if found is None:
            raise not_found("tag")
        return found

    def counted(self, tag, status=200):
        """Read again, with how much it hangs on. That changes without it: so it is sent also to who has this ETag."""
        user = self.request.user
        found = Tag.objects.visible_to(user).counted(user).get(pk=tag.pk)
        return self.answer(spell_tag(found), status, headers={"ETag": etag_of(found)})

    def locked(self, tag):
        current = Tag.objects.select_for_update().filter(pk=tag.pk).first()
        if current is None:
            raise not_found("tag")
        self.check_unchanged(etag_of(current))
        return current


class Tags(TagView):
    @spec.described(answers={200: spec.listed(TagSerializer)}, query=spec.walked(Tag.PREFIX))
    def get(self, request):
        """The caller's tags, newest first, with how many conversations each hangs on."""
        mine, gone = Tag.objects.visible_to(request.user), Tombstone.objects.of(Tag, owner_id=request.user.pk)
        return self.newest_first(mine.counted(request.user), spell_tag, gone=gone)

    @spec.described(takes=TagInput, answers={201: TagSerializer})
    def post(self, request):
        """A new tag; 409 where there is one of that name, capitals aside."""
        return self.counted(Tag.objects.make(request.user, self.payload(TagInput)["name"]), 201)


class OneTag(TagView):
    @spec.described(answers={200: TagSerializer})
    def get(self, request, tag):
        """One tag."""
        return self.counted(self.tag(tag))

    @spec.described(takes=TagInput, answers={200: TagSerializer}, if_match=True)
    def patch(self, request, tag):
        """Another name, everywhere it hangs."""
        name = self.payload(TagInput)["name"]
        found = self.tag(tag)
        with transaction.atomic():
            self.locked(found).rename(name)
        return self.counted(found)

    @spec.described(answers={200: spec.deleted("tag.deleted")}, if_match=True)
    def delete(self, request, tag):
        """The tag, from every conversation; the conversations stay."""
        found = self.tag(tag)
        answer = self.deleted(found, "tag")
        with transaction.atomic():
            self.locked(found).delete()
        return answer


class TagsOfConversation(TagView):
    @spec.described(answers={200: spec.whole_list(TagSerializer)})
    def get(self, request, conversation):
        """The caller's tags on it, by name."""
        found = self.conversation(conversation)
        tags = Tag.objects.visible_to(request.user).filter(taggings__conversation=found).order_by("name")
        return self.answer({"object": "list", "data": [spell_tag(tag) for tag in tags]})


class TagOfConversation(TagView):
    @spec.described(answers={200: TagSerializer})
    def put(self, request, conversation, tag):
        """Hangs a tag on it, by id or name: a name that is new becomes a tag. At most 40 on one conversation."""
        found, own = self.conversation(conversation), self.tag_or_new(tag)
        found.put_tag(own)
        return self.answer(spell_tag(own))

    @spec.described(answers={200: spec.deleted("conversation.tag.deleted")})
    def delete(self, request, conversation, tag):
        """Takes a tag off; the tag stays."""
        found, own = self.conversation(conversation), self.tag(tag)
        found.remove_tag(own)
        return self.deleted(own, "conversation.tag")

    def tag_or_new(self, text):
        try:
            decode(Tag.PREFIX, text)
        except ValueError:
            return Tag.objects.make_or_find(self.request.user, self.clean(TagInput, {"name": text})["name"])
        else:
            return self.tag(text)


def etag_of(tag):
    """Of what can be edited."""
    return digest_of([tag.typeid, tag.name])
