from conversations.demo import drawing
from conversations.demo.words.delta_cephei import nights


def tell(story):
    story.begin(
        "Is the noise mine, or the sky’s?",
        minutes=190,
        model="heron-3-deep",
        project="Observatory",
        tags=["camera"],
    )
    asked = story.ask(
        """
        First half hour with the new camera, guided, on the field ringed in the chart. I stacked 60 frames of 30
        seconds. Jonas says I should have taken 6 frames of 300 seconds, because short ones drown in read noise. Is
        he right, here, between streetlights?

        Measured on the faintest star I care about, in electrons per second: the star 40, and per pixel the sky 6
        and the dark current 0.02. The star covers 28 pixels; the read noise is 1.6 electrons.
        """
    )
    story.attach(asked, "image", "delta-cephei-field.png", drawing.star_chart(), "image/png", width=720, height=540)
    story.run(
        "python",
        """
        from math import sqrt

        def snr(t, n, star=40, sky=6, dark=0.02, read=1.6, pixels=28):
            signal = star * t * n
            return signal / sqrt(signal + pixels * n * ((sky + dark) * t + read ** 2))

        for t, n in ((5, 360), (30, 60), (120, 15), (300, 6)):
            print(f"{n:>3} x {t:>3} s   garden {snr(t, n):6.1f}   dark site {snr(t, n, sky=0.6):6.1f}")
        """,
        """
        360 x   5 s   garden  113.7   dark site  200.4
         60 x  30 s   garden  116.8   dark site  219.5
         15 x 120 s   garden  117.3   dark site  222.9
          6 x 300 s   garden  117.4   dark site  223.6
        """,
        language="python",
    )
    kept = story.answer(
        r"""
        Jonas would be right on a mountain. In your garden the sky is so bright that it buries the camera’s own noise
        within seconds, and the length of a frame hardly matters any more.

        The signal-to-noise ratio of a star measured over $n$ pixels in $N$ frames of $t$ seconds is

        $$
        \mathrm{SNR} = \frac{S\,t\,N}{\sqrt{S\,t\,N + n N \left( B\,t + D\,t + R^2 \right)}}
        $$

        with the star $S$, the sky $B$ and the dark current $D$ in electrons per second (the last two per pixel), and
        the read noise $R$ in electrons per frame. Only $R^2$ stands there without a $t$: it is paid once per frame,
        whether the frame is long or short. With your figures, half an hour in all:

        | frames | garden, $B = 6$ | read noise’s share | dark site, $B = 0.6$ | read noise’s share |
        |--:|--:|--:|--:|--:|
        | 360 × 5 s | 113.7 | 6.4 % | 200.4 | 20.0 % |
        | 60 × 30 s | **116.8** | 1.1 % | 219.5 | 4.0 % |
        | 15 × 120 s | 117.3 | 0.3 % | 222.9 | 1.0 % |
        | 6 × 300 s | 117.4 | 0.1 % | 223.6 | 0.4 % |

        The share is that of the variance. Between 60 × 30 s and 6 × 300 s you would gain half of one percent, and lose
        five minutes instead of half of one whenever a single frame is spoiled by a satellite or a gust.

        A rule that fits on a label: a frame is long enough when the sky alone gives ten times the read noise squared,

        $$
        t \ge \frac{10\,R^2}{B} = \frac{10 \times 1.6^2}{6} \approx 4.3\ \text{s}
        $$

        so everything from five seconds up is fine for you, and thirty is comfortable. What would really help is in the
        other column: ten times less sky nearly doubles the ratio, for the same half hour. To get there at home you
        would need three and a half times the exposure.[^sky]

        [^sky]: The ratio grows with the square root of the total time: $(219.5 / 116.8)^2 \approx 3.5$.
        """,
        after=2,
        parts=[
            {
                "type": "reasoning",
                "text": "Terms per 30 s frame in the garden: star 1200, sky 28·6·30 = 5040, dark 17, read 28·2.56 = "
                "72. The read noise is 72 of 6328, about 1.1 %. At a dark site the sky falls to 504 and the share "
                "rises to 4 %.\n\nSo the rule of thumb she was told is right in principle and irrelevant here. "
                "Say it plainly, give the formula with every symbol named, then the table she can repeat.",
                "summary": "Compared the four exposures by their noise terms.",
                "seconds": 44,
            }
        ],
    )
    story.note(kept, "Printed for the observatory wall. Jonas owes me a cake.")
    story.ask(
        """
        That settles a bet. Now my variable star: could you draw all my naked-eye estimates of delta Cephei by phase, so
        that I see what I am trying to beat?
        """,
        after=6,
    )
    points = [(night.phase, night.estimate) for night in nights(story)]
    drawn = story.answer(
        f"""
        Here they are, {len(points)} estimates folded with the period of 5.3663 days and shown twice over, brighter
        up. The steep rise and the slow fall are plain, and the scatter is about a tenth of a magnitude. The camera
        should bring that to a hundredth.

        But forget the thirty seconds for this one. At fourth magnitude delta Cephei saturates in a fraction of a
        second. Defocus a little, take many short frames, look at the brightest pixel before you measure anything, and
        keep it under two thirds of full scale. Then average over five minutes, because the air flickers more than the
        star does.
        """,
        after=2,
        parts=[
            {
                "type": "tool_result",
                "name": "python",
                "text": f"read {len(points)} rows from the log\nwrote phase.png, 720 x 360",
            }
        ],
    )
    story.attach(drawn, "image", "phase.png", drawing.light_curve(points), "image/png", width=720, height=360)
