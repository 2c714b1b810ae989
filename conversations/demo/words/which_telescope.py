def tell(story):
    story.begin(
        "Which telescope for a garden between streetlights?", days=432, at="20:45", model="heron-2", tags=["optics"]
    )
    story.ask("I have 900 euros, bright streets, and I like double stars, the Moon, and things that change.")
    story.answer(
        """
        Things that change are the right taste for a bright garden: the Moon, planets, double and variable stars lose
        almost nothing to streetlights. Galaxies lose almost everything.

        So buy resolution and contrast rather than light: a **15 cm reflector at f/5 to f/8** on a simple mount.
        Its limit for double stars follows from the aperture alone, $116 / D$ in arcseconds with $D$ in millimetres:

        $$ \\theta = \\frac{116}{150} \\approx 0.8'' $$

        which is already finer than the air over a town on most nights. Spend what is left on one good eyepiece and
        a chair. An observer who sits sees more than one who stands.
        """
    )
