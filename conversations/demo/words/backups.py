def tell(story):
    story.begin(
        "Backups of the image archive",
        days=13,
        at="19:00",
        model="lantern-2-large",
        tags=["computer"],
        project="Observatory",
    )
    story.ask(
        "The archive has 410 GB of FITS files on one disk. I have an old computer in the cellar. Copies every morning, "
        "please, and I want to notice when they stop happening."
    )
    story.answer(
        """
        Two short pieces: a copy that cannot delete what you would miss, and a check that complains when it is old.

        ```bash
        #!/usr/bin/env bash
        set -euo pipefail

        archive=/srv/observatory/
        cellar=backup@cellar:/backup/observatory
        today=$(date +%F)

        # What vanished or changed here is moved aside over there, not overwritten.
        rsync --archive --partial --delete --backup --backup-dir="../changed/$today" "$archive" "$cellar"
        date +%s > /var/lib/observatory/last-backup
        ```

        The settings of the check are data, so that nobody has to read shell to change them:

        ```json
        {
          "stamp": "/var/lib/observatory/last-backup",
          "warn_after_hours": 36,
          "tell": ["mira@parley.example"],
          "quiet_on": ["Sunday"]
        }
        ```

        Thirty-six hours let one night fail without waking you. The part that people leave out is the rehearsal: once a
        season, fetch ten files back and compare their checksums. A backup nobody has restored is a hope.
        """
    )
    story.ask("Rehearsal done, ten of ten. It took me longer to find the cellar key.", after=60)
    story.answer("Then the key belongs into the plan too. Hang a second one where the first is not.")
