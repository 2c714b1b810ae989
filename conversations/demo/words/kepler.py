def tell(story):
    story.begin(
        "Kepler’s equation, by hand and by machine",
        minutes=26,
        model="heron-3-deep",
        project="Observatory",
        tags=["maths", "python"],
        pinned=True,
    )
    story.instruct(
        profile="""
        I am Mira. I work in a bookshop and have a small observatory in my garden, 51.5° north. I can program a little
        and I like to understand a formula before I use it.
        """,
        instructions="""
        - Show the step that people usually skip.
        - Numbers I can check with a pocket calculator come before code.
        - No praise, please.
        """,
    )
    story.ask(
        r"""
        I want to compute where Mars stands in its orbit on a given night, and every book gets to $M = E - e\sin E$ and
        then says “solve numerically”. Why can nobody simply solve it for $E$?
        """
    )
    story.answer(
        r"""
        Because $E$ appears twice, once bare and once inside a sine, and no rearrangement with the ordinary functions
        brings the two together. The equation is easy in the direction nobody needs: give me the place, and I give you
        the time. Astronomers always ask it backwards.

        It helps to see what the three angles are. All of them are zero at perihelion and 360° one orbit later:

        | angle | what it measures | how it moves |
        |:--|:--|:--|
        | mean anomaly $M$ | the time since perihelion, as a fraction of the period | evenly |
        | eccentric anomaly $E$ | the place seen from the *centre*, on the circle drawn round the ellipse | unevenly |
        | true anomaly $\nu$ | the place, seen from the *Sun*: what you are after | most unevenly |

        The step usually skipped is where the sine comes from. Kepler’s second law says that the area swept from the
        Sun grows evenly with time. On the circle drawn round the orbit that area is the sector of the angle $E$, less
        the triangle between the centre, the Sun and the planet’s point on the circle:

        $$
        \underbrace{\tfrac12 a^2 E}_{\text{sector}} \; - \; \underbrace{\tfrac12 \, (ae) \, (a \sin
        E)}_{\text{triangle}}
        \; = \; \tfrac12 a^2 M
        $$

        Divide by $\tfrac12 a^2$ and Kepler’s equation is what remains. The sine is the height of a triangle, nothing
        more, and the eccentricity is there because the Sun stands $ae$ away from the centre.

        Once you have $E$, the rest is exact:

        $$
        \tan\frac{\nu}{2} = \sqrt{\frac{1+e}{1-e}} \, \tan\frac{E}{2}, \qquad r = a\,(1 - e\cos E)
        $$
        """,
        after=2,
        parts=[
            {
                "type": "reasoning",
                "text": "The question is not how to solve it but why it cannot be inverted in closed form. A proof of "
                "transcendence would not help her. What helps is to see where the sine comes from, which the books "
                "leave out: sector minus triangle.\n\nCheck the areas. Sector of the auxiliary circle with angle E: "
                "a²E/2. Triangle with base ae (centre to Sun) and height a·sin E: ae·a·sin E/2. The swept area on the "
                "circle is a²M/2, because the whole circle πa² belongs to M = 2π. Good: E − e sin E = M.\n\nThe real "
                "orbit is the circle squeezed by b/a, which scales every area alike, so the law carries over.",
                "seconds": 31,
            }
        ],
    )
    story.ask(
        "The triangle was worth the evening. Now one real number, please: Mars, $e = 0.0934$, a sixth of its period "
        "after perihelion. By hand first.",
        after=7,
    )
    best = story.answer(
        r"""
        A sixth of the period is $M = 60° = 1.047198$ rad. Work in radians throughout; degrees inside $e \sin E$ are the
        commonest mistake there is.

        **The patient way.** Put the equation as $E = M + e\sin E$, guess $E = M$, and feed each result back in:

        | step | $E$ |
        |--:|--:|
        | 0 | 1.0471976 |
        | 1 | 1.1280843 |
        | 2 | 1.1315932 |
        | 3 | 1.1317330 |
        | 4 | 1.1317386 |
        | 5 | 1.1317388 |

        Every step shrinks the error by roughly $e \cos E \approx 0.04$. For Mars that is a pleasure; for a comet with
        $e = 0.97$ it is not.

        **The quick way** is Newton’s:

        \[
        E_{n+1} = E_n - \frac{E_n - e\sin E_n - M}{1 - e\cos E_n}
        \]

        From the same guess it gives 1.1320468, then 1.1317388, and it is done. The number of correct digits doubles
        each time instead of growing by one and a half.

        So \(E = 64.844°\), and from the two formulas above \(\nu = 69.794°\) and \(r = 1.4632\) au with
        \(a = 1.5237\) au. Mars has run almost ten degrees ahead of its mean place, because it is quick near the Sun.
        """,
        after=1,
        parts=[
            {
                "type": "reasoning",
                "text": "Do it with seven decimals so that a calculator agrees line by line. Fixed point converges "
                "with factor e·cos E ≈ 0.0934 · 0.425 = 0.0397. Newton from E = M: 1.1320468, 1.1317388.",
                "seconds": 12,
            }
        ],
    )
    story.bookmark(best)
    story.ask("And for Halley’s comet? I remember something about Newton running away when the orbit is long.", after=5)
    story.run(
        "python",
        """
        from math import pi, radians, sin, cos

        def newton(e, M, E):
            for step in range(1, 101):
                change = (E - e * sin(E) - M) / (1 - e * cos(E))
                E -= change
                if abs(change) < 1e-12:
                    return step

        M = radians(5)
        for e in (0.2, 0.6, 0.9, 0.967, 0.99):
            print(f"e = {e:<5}  from M: {newton(e, M, M):>2}  from pi: {newton(e, M, pi):>2}")
        """,
        """
        e = 0.2    from M:  3  from pi:  5
        e = 0.6    from M:  4  from pi:  7
        e = 0.9    from M:  7  from pi:  8
        e = 0.967  from M:  9  from pi:  8
        e = 0.99   from M: 13  from pi:  8
        """,
        language="python",
    )
    story.answer(
        r'''
        You remember well. Near perihelion the denominator is almost zero, so a step taken there is far too long. I ran
        it for a moment shortly after perihelion, $M = 5°$, where it hurts most. Starting at $E = M$ the steps grow
        from 3 to 13 as the orbit lengthens; starting at $E = \pi$ they never exceed 8.

        That is not luck. Between 0 and $\pi$ the function $f(E) = E - e\sin E - M$ bends one way only, upwards,
        and at $\pi$ it is already positive. Newton’s tangents then come down to the root from one side and cannot jump
        over it.[^1] So the whole program is this, and it works for every ellipse:

        ```python
        from math import cos, pi, sin

        def eccentric_anomaly(M, e):
            """Radians in, radians out; 0 <= e < 1."""
            turns, M = divmod(M, 2 * pi)
            E = pi
            for _ in range(50):
                change = (E - e * sin(E) - M) / (1 - e * cos(E))
                E -= change
                if abs(change) < 1e-12:
                    break
            return E + turns * 2 * pi
        ```

        Test it against the hand calculation before you trust it: `eccentric_anomaly(1.047198, 0.0934)` must give
        1.1317393, the last digit owing to the rounded $M$.

        [^1]: For $M$ between $\pi$ and $2\pi$ the same holds mirrored: the curve bends downwards, $f(\pi)$ is negative,
            and the steps climb to the root from below.
        ''',
        after=2,
        parts=[
            {
                "type": "reasoning",
                "text": "f'' = e sin E, positive on (0, π), so f is convex there and f(π) = π − M ≥ 0. Newton from the "
                "right end of a convex increasing function is monotone. f' at π is 1 + e, harmless.",
                "seconds": 9,
            }
        ],
    )
