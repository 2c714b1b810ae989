def tell(story):
    story.begin(
        "Polar alignment with a chimney in the way",
        days=9,
        at="20:50",
        model="lantern-2-large",
        project="Observatory",
        tags=["mount"],
    )
    vague = story.ask("How do I align my mount on the pole?")
    story.answer(
        """
        Look through the polar scope, turn the reticle to the current hour angle of Polaris, and bring Polaris to its
        mark with the altitude and azimuth screws. It takes five minutes.
        """
    )
    story.ask("How do I align my mount when the neighbour’s chimney stands in front of Polaris?", instead_of=vague)
    story.answer(
        """
        By watching stars drift instead of looking for the pole. You need two stars and no view to the north.

        1. **Azimuth first.** Point at a star near the meridian and the celestial equator. Watch it in a crosshair
           eyepiece for five minutes with the motor running. If it drifts *north*, the axis points west of the pole; if
           *south*, east of it. Turn the azimuth screw until the drift is gone.
        2. **Then altitude.** Point at a star low in the east, some 20° up. If it drifts *north*, the axis is too
           high; if
           *south*, too low.
        3. Go back to the first star once. The two screws disturb each other a little.

        Ignore drift in right ascension. That is the motor’s business, not the axis’s.

        How good is good enough? An axis that is off by $\\theta$ makes a star on the meridian drift by about
        $0.26\\,\\theta$ per hour: one arcminute of error costs 16 arcseconds in an hour. For your frames of thirty
        seconds that is an eighth of an arcsecond, far below the seeing.
        """
    )
    story.ask("Drift gone after twenty minutes, on the first evening. The chimney may stay.", after=95)
    story.answer("Mark the feet of the tripod on the floor and the chimney need never come up again.")
