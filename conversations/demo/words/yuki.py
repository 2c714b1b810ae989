def tell(story):
    story.begin(
        "雪さんへの手紙 · letter to Yuki",
        days=1,
        at="08:15",
        model="lantern-2-large",
        project="Travel",
        tags=["letters"],
    )
    story.ask(
        "Please put this into Japanese, friendly but polite: “Thank you for the star map. From my garden I found Mizar "
        "and Alcor in the Big Dipper. My neighbour sees only one star there. Come and look through the telescope.”"
    )
    story.answer(
        """
        > 雪さん、星図をありがとうございました。庭から北斗七星のミザールとアルコルを見つけました。
        > お隣さんには一つの星にしか見えないそうです。ぜひ一度、望遠鏡をのぞきにいらしてください。

        Two choices you may want to know about:

        - **北斗七星** is the Big Dipper, literally the seven stars of the northern ladle. The ladle is the same in both
          languages.
        - **お隣さん** is friendlier than 隣人, which sounds like a police report.
        """
    )
    story.ask("Does Alcor have an old Japanese name? She would like it if I knew.", after=5)
    story.answer(
        """
        Yes: **寿命星**（じゅみょうぼし）, the star of the span of life. Whoever could no longer see it beside its
        bright neighbour, people said, would not see the new year. Today one says: 眼鏡を作りましょう, time for new
        glasses.

        In the letter, keep it light: 「お隣さんに寿命星の話はしていません。」
        “I have not told my neighbour about the star of life.”
        """
    )
