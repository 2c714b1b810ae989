def tell(story):
    story.begin(
        "The concrete pier: how thick?",
        days=391,
        at="18:00",
        model="heron-3",
        project="Observatory",
        tags=["building", "maths"],
    )
    story.ask(
        "A round pier, 1.1 m above its footing, 60 kg of mount and telescope on top. Is a tube of 20 cm enough, or 30?"
    )
    story.answer(
        r"""
        Take 30. Stiffness goes with the fourth power of the diameter, so half as much again makes it five times
        stiffer.

        For a column held at the foot and pushed at the top, with \(E = 30\) GPa for concrete,

        \[
        k = \frac{3\,E\,I}{L^3}, \qquad I = \frac{\pi d^4}{64}
        \]

        | diameter | $I$ | stiffness $k$ | bends under 100 N |
        |--:|--:|--:|--:|
        | 20 cm | \(7.9 \times 10^{-5}\) m⁴ | 5.3 N/µm | 19 µm |
        | 30 cm | \(4.0 \times 10^{-4}\) m⁴ | 27 N/µm | 3.7 µm |

        What you feel at the eyepiece is the tilt. For such a column it is \(\tfrac32\) of the deflection over the
        length:
        \(1.5 \times 3.7\,\text{µm} / 1.1\,\text{m} = 5 \times 10^{-6}\) rad, about **one arcsecond** for a firm
        push of 100 N. With 20 cm it is a little over five.

        Keep the pier apart from the floor by a gap of two fingers. No thickness helps against your own footsteps if
        the boards touch it.
        """
    )
    story.ask("Thirty, with a gap. And how deep?", after=5)
    story.answer("Below the frost: 80 cm where you live, on a footing of 60 × 60 cm. Frost lifts what stands above it.")
