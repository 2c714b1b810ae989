def tell(story):
    story.begin(
        "Flats, darks and bias, once and for all",
        days=96,
        at="16:40",
        model="lantern-2-large",
        project="Observatory",
        tags=["camera"],
    )
    story.ask(
        "I take all three and could not say what each is for. And what is the dark doughnut in my picture?",
        parts=[{"type": "image", "external_id": "file-7a31", "name": "doughnut.png", "width": 1200, "height": 800}],
    )
    story.answer(
        """
        | frame | taken with | takes out | renew |
        |:--|:--|:--|:--|
        | bias | shortest exposure, cap on | the electronics’ offset | once a year |
        | dark | time and temperature of the picture, cap on | dark current, hot pixels | per temperature |
        | flat | even light, focus untouched | dust, vignetting | after every change |

        In one line: $\\text{result} = \\dfrac{\\text{light} - \\text{dark}}{\\text{flat} - \\text{bias}}$, with
        the divisor scaled to an average of one. The dark already contains the bias, so it is subtracted only once
        above.

        The doughnut is a grain of dust, out of focus, and the flat removes it. It has a hole because your
        telescope has: it is the shadow of the mirror’s own obstruction. Its size tells where the grain sits. With
        pixels of $p$ and a focal ratio of $N$, a ring $k$ pixels across lies at

        $$ d = k\\,p\\,N $$

        from the sensor. Say 80 pixels of 3.76 µm at f/7: $80 \\times 0.00376 \\times 7 \\approx 2.1$ mm, which is the
        camera’s window and not the filter.
        """
    )
    story.ask("It was the window. One puff of air, gone.", after=45)
    story.answer("Then take a new flat. The old one now paints a bright doughnut where the dark one was.")
