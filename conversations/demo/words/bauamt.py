def tell(story):
    story.begin(
        "Brief ans Bauamt",
        days=262,
        at="10:15",
        model="lantern-2-large",
        project="Observatory",
        tags=["building", "letters"],
    )
    story.ask(
        "Hilf mir mit einer kurzen, freundlichen Anfrage: Holzhütte, 3 × 3 m, Dach lässt sich nach Osten wegschieben, "
        "kein Aufenthaltsraum, keine Feuerstelle. Brauche ich dafür eine Genehmigung?"
    )
    story.answer(
        """
        > Sehr geehrte Damen und Herren,
        >
        > ich möchte in meinem Garten eine Holzhütte von 3 × 3 m Grundfläche und 2,30 m Höhe aufstellen, um darin
        > ein Fernrohr unterzubringen. Das Dach läuft auf Schienen und wird bei Nacht nach Osten geschoben. Die
        > Hütte ist kein Aufenthaltsraum und hat keine Feuerstätte.
        >
        > Bitte teilen Sie mir mit, ob das Vorhaben genehmigungsfrei ist und welchen Abstand ich zur Grenze
        > einhalten muss. Ein Lageplan liegt bei.
        >
        > Mit freundlichen Grüßen

        Nennen Sie den umbauten Raum gleich mit: 3 × 3 × 2,3 m sind rund 21 m³. Danach wird zuerst gefragt, und die
        Grenze, bis zu der nichts zu beantragen ist, unterscheidet sich von Land zu Land.
        """
    )
