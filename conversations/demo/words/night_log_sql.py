def tell(story):
    story.begin("Questions for the night log", days=54, at="20:15", model="lantern-2-large", tags=["computer", "sql"])
    asked = story.ask(
        "My nights are in a table now, the first rows are attached. Which month gives me the most clear hours per "
        "night, and how do I leave out months with fewer than five nights?"
    )
    rows = ["night,hours_clear,seeing,moon_age"]
    rows += [
        f"{story.day(300 - 2 * n).date()},{hours:.1f},{seeing},{(7 + 2 * n) % 30}"
        for n, (hours, seeing) in enumerate([(3.5, 3), (0.0, 1), (6.0, 4), (1.5, 2), (5.5, 3), (4.0, 5)])
    ]
    story.attach(asked, "file", "nights.csv", ("\n".join(rows) + "\n").encode(), "text/csv")
    story.answer(
        """
        Group by the month, and let `HAVING` throw out the thin ones after the grouping; `WHERE` would look at single
        nights, before there are any groups.

        ```sql
        SELECT to_char(night, 'MM Month')       AS month,
               count(*)                         AS nights,
               round(avg(hours_clear), 1)       AS hours_per_night,
               count(*) FILTER (WHERE seeing >= 4) AS good_nights
        FROM observing_log
        GROUP BY to_char(night, 'MM Month')
        HAVING count(*) >= 5
        ORDER BY hours_per_night DESC;
        ```

        `night` must be the date of the *evening*. If an observation after midnight is booked on the next day,
        every long night is cut in two and the averages shrink.
        """
    )
    story.ask("That last sentence explains my whole spring. What does one row look like as JSON, for the website?")
    row = (
        '{\n  "evening": "the date before midnight",\n  "hours_clear": 3.5,\n  "seeing": 3,\n  "moon_age": 7,\n'
        '  "targets": ["delta Cephei", "M81"]\n}'
    )
    story.answer(row, parts=[{"type": "code", "language": "json", "text": row}])
