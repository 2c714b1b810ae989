def tell(story):
    story.begin(
        "Nachführung schwingt bei Wind",
        days=19,
        at="22:05",
        model="lantern-2-large",
        project="Observatory",
        tags=["mount"],
    )
    story.ask(
        "Bei Böen ab etwa 5 m/s zeichnet die Nachführung Striche statt Sterne. Liegt das an der Montierung, an der "
        "Säule oder am Tubus?"
    )
    story.answer(
        """
        Das lässt sich an einem Abend trennen, ohne etwas auszubauen:

        1. **Klopfen.** Mit der flachen Hand an die Säule schlagen und am Okular zählen, wie lange das Bild
           nachschwingt. Mehr als eine Sekunde spricht gegen Säule oder Verschraubung.
        2. **Taukappe abnehmen.** Sie ist das Stück mit dem größten Hebel. Werden die Striche deutlich kürzer, war
           es der Wind am Tubus und nicht die Mechanik.
        3. **Leitrate ansehen.** Schwingt der Stern im selben Takt weiter, obwohl der Wind nachlässt, regelt der
           Autoguider zu scharf: Aggressivität senken, Belichtung auf zwei bis drei Sekunden verlängern.

        Die Windkraft wächst mit dem *Quadrat* der Geschwindigkeit. Von 5 auf 7 m/s verdoppelt sie sich also fast.
        Eine Plane auf der Westseite, so hoch wie die Montierung, hilft mehr als jede Verstärkung.
        """
    )
    story.ask("Es war die Taukappe. Und ein bisschen der Autoguider.", after=70)
    story.answer("Dann im Wind ohne Kappe und mit Heizband. Gegen Tau hilft Wärme, gegen Wind nur weniger Fläche.")
