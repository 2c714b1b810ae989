from conversations.importing.formats.citations import resolve

PAGE = {"title": "Comets", "url": "https://www.example.org/comets", "type": "webpage"}
LINK = " ([example.org](https://www.example.org/comets))"


def test_text_without_marks_is_left_alone():
    assert resolve("Turn left at 【the bridge】.", {}) == ("Turn left at 【the bridge】.", [])


def test_marks_named_by_their_place():
    text, parts = resolve("Ice【6†source】.", {"citations": [{"start_ix": 3, "end_ix": 13, "metadata": PAGE}]})

    assert text == f"Ice{LINK}."
    assert parts == [{"type": "citation", "title": "Comets", "url": PAGE["url"], "mark": "【6†source】"}]


def test_marks_named_by_their_number():
    cited = [{"metadata": PAGE | {"extra": {"cited_message_idx": 11}}}]

    assert resolve("Ice【11†(Comets)】.", {"citations": cited})[0] == f"Ice{LINK}."


def test_marks_named_by_a_list():
    metadata = {"_cite_metadata": {"metadata_list": [{}, PAGE]}}

    assert resolve("Ice【1†source】.", metadata)[0] == f"Ice{LINK}."


def test_private_marks_with_content_references():
    mark = "\ue200cite\ue202turn0search3\ue201"
    reference = {
        "matched_text": mark,
        "start_idx": 3,
        "end_idx": 3 + len(mark),
        "type": "grouped_webpages",
        "items": [PAGE],
    }

    assert resolve(f"Ice{mark}.", {"content_references": [reference]})[0] == f"Ice{LINK}."


def test_references_through_search_results():
    groups = [{"entries": [PAGE | {"ref_id": {"turn_index": 0, "ref_type": "search", "ref_index": 18}}]}]

    assert resolve("Ice \ue200cite\ue202turn0search18\ue201.", {"search_result_groups": groups})[0] == f"Ice {LINK}."
    assert resolve("Ice citeturn0search18.", {"search_result_groups": groups})[0] == f"Ice {LINK}."


def test_alternative_text_replaces_its_mark():
    reference = {"matched_text": "\ue200img\ue201", "type": "alt_text", "alt": "a comet"}

    assert resolve("See \ue200img\ue201.", {"content_references": [reference]})[0] == "See a comet."


def test_what_cannot_be_resolved_goes():
    assert resolve("Ice【13†source】 and\ue200cite\ue202turn9news1\ue201 \ue203dust\ue204.", {}) == (
        "Ice and dust.",
        [],
    )


def test_addresses_that_are_none_of_the_web_make_no_link():
    cited = [{"start_ix": 0, "end_ix": 10, "metadata": {"title": "x", "url": "javascript:alert(1)"}}]

    assert resolve("【6†source】!", {"citations": cited}) == ("!", [])


def test_an_address_cannot_leave_its_parentheses():
    url = "https://example.org/a)(javascript:x) <b>"
    text, _ = resolve("【6†source】", {"citations": [{"start_ix": 0, "end_ix": 10, "metadata": {"url": url}}]})

    assert text == " ([example.org](https://example.org/a%29%28javascript:x%29%20%3Cb%3E))"


def test_nonsense_in_the_metadata_is_survived():
    for key in ("citations", "content_references", "search_result_groups", "_cite_metadata"):
        for nonsense in (
            None,
            5,
            "x",
            [5, None, "x"],
            {"metadata_list": 5},
            [{"entries": [{"ref_id": {"turn_index": []}}]}],
        ):
            assert resolve("a【1†b】c", {key: nonsense})[0] == "ac"
