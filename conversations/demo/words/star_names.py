def tell(story):
    story.begin("Why so many stars have Arabic names", days=342, at="21:00", model="heron-3", tags=["history"])
    story.ask("Deneb, Algol, Aldebaran: what do they mean, and how are they written?")
    story.answer(
        """
        Most of them say where in the figure the star stands. Europe learned the catalogues through Arabic
        translations and kept the descriptions as if they were names.

        | today | Arabic | meaning |
        |:--|--:|:--|
        | Deneb | ذنب الدجاجة | tail of the hen |
        | Algol | رأس الغول | head of the ghoul |
        | Aldebaran | الدبران | the follower, of the Pleiades |
        | Vega | النسر الواقع | the alighting eagle |
        | Altair | النسر الطائر | the flying eagle |
        | Fomalhaut | فم الحوت | mouth of the fish |

        One whole line, to see how it runs from right to left:

        النسر الطائر والنسر الواقع نجمان لامعان في سماء الصيف.

        “The flying eagle and the alighting eagle are two bright stars in the summer sky.” What remained of each
        pair is only the second word: *wāqiʿ* became Vega, *ṭāʾir* became Altair.
        """
    )
