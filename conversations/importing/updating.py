"""A conversation that is here already and comes again: a three-way merge.

`base` is what the last import read, `theirs` what this file and the last one say together, `mine` the rows. What
differs between base and theirs was changed there; what differs between base and mine was changed here, and wins.
"""

import json

from django.utils import timezone

from conversations import limits
from conversations.importing.bytes import point
from conversations.models import Attachment, Branch, Conversation, Message, Revision
from conversations.models.source import packed, unpacked
from lib.text import first_line
from lib.typeid import new_id


def update(writer, pk, prepared):
    Update(writer, pk, prepared).run()


class Update:
    def __init__(self, writer, pk, prepared):
        self.writer, self.written, self.prepared = writer, writer.written, prepared
        self.row = Conversation.objects.select_for_update().get(pk=pk)
        self.now = timezone.now()
        self.base, self.theirs, self.payload = self._sides()
        self.mine = {
            source_id: (pk, position, version)
            for source_id, pk, position, version in Message.objects.filter(conversation=pk)
            .exclude(source_id="")
            .values_list("source_id", "pk", "position", "version")
        }
        self.positions = {source_id: position for source_id, (_, position, _) in self.mine.items()}

    def run(self):
        added = self._append()
        edited = self._edit()
        filled = self._fill()
        attached = self._attach()
        renamed = self._rename()
        if added or edited or filled or attached or renamed:
            self._move_branches(added)
            self._save()
            self.writer.add_source(self.row.pk, self.prepared.fingerprint, self.payload)
            self.written.count("conversations", "changed")
        else:
            self.written.count("conversations", "identical")
        total = len(self.prepared.incoming.messages)
        files = sum(len(message.files) for message in self.prepared.incoming.messages)
        fresh = sum(len(message.files) for message in added) + filled + attached
        self.written.count("attachments", "identical", max(0, files - fresh))
        self.written.count("messages", "changed", len(edited))
        self.written.count("messages", "deleted", self.deleted)
        self.written.count("messages", "identical", max(0, total - len(added) - len(edited) - self.deleted))

    def _sides(self):
        """(base, theirs, the payload of theirs). Without an original, all that is not here counts as new."""
        module = self.writer.module
        found = self.row.sources.order_by("-pk").first()
        if found is None:
            return {}, self.prepared.incoming, self.prepared.payload
        old, new = found.value, unpacked(self.prepared.payload)
        self.newer = module.is_newer(new, old)
        merged = module.merge(old, new) if self.newer else module.merge(new, old)
        base = module.read(old, self.now)
        self.base_tip, self.base_title = base.tip, base.title
        theirs = module.read(merged, self.now)
        return {message.source_id: message for message in base.messages}, theirs, packed(json.dumps(merged))

    def _append(self):
        """Adds what base and mine lack, at new positions. What base has and mine lacks was deleted here."""
        above, added, self.deleted = {}, [], 0
        position = self.row.next_position
        incoming = {message.source_id for message in self.prepared.incoming.messages}
        for message in self.theirs.messages:
            parent = above.get(message.parent)
            if message.source_id in self.mine:
                above[message.source_id] = message.source_id
            elif message.source_id in self.base:
                above[message.source_id] = parent
                self.deleted += message.source_id in incoming
            else:
                above[message.source_id] = message.source_id
                message.parent = parent
                self.positions[message.source_id] = position
                self.row.attachment_count += self.writer.add_message(
                    self.prepared, self.row.pk, message, position, self.positions.get(parent)
                )
                added.append(message)
                position += 1
        self.row.next_position = position
        self.row.message_count += len(added)
        # Search begins its first window here, so no message may be newer, on whichever branch it is.
        self.row.last_message_at = max([self.row.last_message_at, *(message.created_at for message in added)])
        self.above = above
        return added

    def _edit(self):
        """Takes over words that changed there, unless they were changed here too."""
        edited = []
        for message in self.theirs.messages:
            before, mine = self.base.get(message.source_id), self.mine.get(message.source_id)
            if before and mine and before.content != message.content:
                pk, _, version = mine
                row = Message.objects.get(pk=pk)
                if row.text != before.text:
                    self._say("A message was changed both here and there. What was written here was kept.")
                else:
                    self._replace(row, version, message)
                    edited.append(message)
        return edited

    def _replace(self, row, version, message):
        if self.row.preview == first_line(row.text, limits.PREVIEW):
            self.row.preview = first_line(message.text, limits.PREVIEW)
        Revision.objects.create(
            conversation=self.row,
            message=row,
            version=version,
            conversation_revision=self.row.revision + 1,
            text=row.text,
            parts=row.parts,
            metadata=row.metadata,
            import_batch=self.writer.batch,
        )
        row.text, row.parts, row.metadata = message.text, message.parts, message.metadata
        row.hidden, row.status, row.model, row.name = message.hidden, message.status, message.model, message.name
        row.version = version + 1
        row.edited_at = message.edited_at or self.now
        point(row.parts, row.attachments.carried())
        row.save()

    def _fill(self):
        """Files that an earlier export only named, and this one carries."""
        files = {file.external_id: file for message in self.theirs.messages for file in message.files}
        wanted = [external_id for external_id in files if external_id in self.writer.bytes]
        missing = Attachment.objects.filter(conversation=self.row, sha256="", external_id__in=wanted)
        filled = []
        for attachment in missing:
            if taken := self.writer.take(self.prepared, files[attachment.external_id]):
                attachment.sha256, attachment.size, attachment.content_type = taken
                attachment.import_batch = self.writer.batch
                attachment.save(update_fields=["sha256", "size", "content_type", "import_batch"])
                filled.append(attachment)
        for row in Message.objects.filter(pk__in={attachment.message_id for attachment in filled}):
            point(row.parts, row.attachments.carried())
            row.version += 1  # its HTML says that a file is missing
            row.save(update_fields=["parts", "version"])
        return len(filled)

    def _attach(self):
        """Files that a message has there and not here; also where its words were changed here and stay as they are."""
        here = set(Attachment.objects.filter(conversation=self.row).values_list("message_id", "external_id"))
        attached = 0
        for message in self.theirs.messages:
            pk = self.mine.get(message.source_id, (None,))[0]
            files = [file for file in message.files if pk and (pk, file.external_id) not in here]
            if files:
                self._add_files(Message.objects.get(pk=pk), message, files)
                attached += len(files)
        self.row.attachment_count += attached
        return attached

    def _add_files(self, row, message, files):
        parts = row.parts or []
        named = {part.get("external_id") for part in parts}
        missing = {file.external_id for file in files} - named
        row.parts = parts + [part for part in message.parts or [] if part.get("external_id") in missing]
        came = self.writer.add_files(self.prepared, self.row.pk, row.pk, message, files)
        point(row.parts, row.attachments.carried() | came)
        row.version += 1
        row.save(update_fields=["parts", "version"])

    def _rename(self):
        """A new title is taken over where nobody gave one here."""
        if not self.base or self.row.title != self.base_title or self.theirs.title == self.base_title:
            return False
        self.row.title = self.theirs.title
        return True

    def _move_branches(self, added):
        """Branches follow what was added behind their tip; every other new leaf gets a name of its own."""
        answered = {self.positions.get(message.parent) for message in added}
        leaves = [m for m in added if self.positions[m.source_id] not in answered]
        branches = {branch.tip_position: branch for branch in self.row.branches.order_by("-created_at", "-name")}
        names = set(self.row.branches.values_list("name", flat=True))
        active = self._active(leaves)
        for leaf in sorted(leaves, key=lambda leaf: leaf.source_id != self.theirs.tip):
            position, ground = self.positions[leaf.source_id], self._ground(leaf, added)
            if branch := branches.pop(ground, None):
                Branch.objects.filter(pk=branch.pk).update(tip_position=position, updated_at=self.now)
                pk = branch.pk
            else:
                pk, name = new_id(), _free(names)
                names.add(name)
                self.writer.add_branch(pk, self.row.pk, name, position, self.now, self.now)
                self.row.branch_count += 1
            if leaf is active or pk == self.row.active_branch_id:
                self._activate(pk, leaf)

    def _active(self, leaves):
        """The leaf that becomes current: theirs, where nobody moved on from the old one here."""
        if not self.base or self.row.tip_position != self.positions.get(self.above.get(self.base_tip)):
            return None
        return next((leaf for leaf in leaves if leaf.source_id == self.theirs.tip), None)

    def _ground(self, leaf, added):
        """The position of the stored message that a new chain hangs on."""
        new = {message.source_id: message for message in added}
        while leaf is not None and leaf.source_id in new:
            parent = leaf.parent
            leaf = new.get(parent)
        return self.positions.get(parent)

    def _activate(self, branch, leaf):
        by_id = {message.source_id: message for message in self.theirs.messages}
        path, key = [], leaf.source_id
        while key is not None:
            path.append(by_id[key])
            key = self.above.get(by_id[key].parent)
        said = [message for message in path if message.is_said]
        self.row.active_branch_id, self.row.tip_position = branch, self.positions[leaf.source_id]
        self.row.length, self.row.turns = len(path), len(said)
        if words := next((message.text for message in said if message.text), ""):  # from the tip up
            self.row.preview = first_line(words, limits.PREVIEW)

    def _save(self):
        self.row.revision += 1
        self.row.touch()
        self.row.save()

    def _say(self, reason):
        self.written.say(self.writer.batch, self.prepared, reason)


def _free(names):
    number = 2
    while f"branch-{number}" in names:
        number += 1
    return f"branch-{number}"
