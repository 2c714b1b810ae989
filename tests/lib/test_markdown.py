"""What Markdown becomes: the shapes that style sheets and scripts rely on."""

from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from django.utils.html import escape

from lib.markdown import render


class Code(HTMLParser):
    """The text of every code element, as a browser would copy it."""

    def __init__(self, html):
        super().__init__()
        self.blocks = []
        self.inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "code":
            self.inside = True
            self.blocks.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "code"

    def handle_data(self, data):
        if self.inside:
            self.blocks[-1] += data


def test_prose_is_commonmark():
    html = render("Some *soft* and **strong** ~~gone~~ `code`.\n\n> quoted\n\n---\n")

    assert "<em>soft</em>" in html
    assert "<strong>strong</strong>" in html
    assert "<s>gone</s>" in html
    assert "<code>code</code>" in html
    assert "<blockquote>" in html
    assert "<hr>" in html


def test_headings_come_below_the_page_and_the_byline():
    assert render("# One\n\n## Two\n\n###### Six") == "<h3>One</h3>\n<h4>Two</h4>\n<h5>Six</h5>\n"
    assert render("## Two\n\n#### Four\n\n## Two") == "<h3>Two</h3>\n<h4>Four</h4>\n<h3>Two</h3>\n"
    assert render("#### Four\n\n# One\n\n## Two") == "<h3>Four</h3>\n<h3>One</h3>\n<h4>Two</h4>\n"


def test_html_is_shown_as_it_was_typed():
    assert render("<b onclick=x>hi</b>") == "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>\n"


def test_line_ends_are_kept_where_people_mean_them():
    assert render("one\ntwo", breaks=True) == "<p>one<br>\ntwo</p>\n"
    assert render("one\ntwo") == "<p>one\ntwo</p>\n"


def test_a_table_scrolls_inside_itself_and_keeps_its_alignment():
    html = render("| a | b |\n|:--|--:|\n| 1 | 2 |\n")

    assert html.startswith('<div class="table" tabindex="0" role="group" aria-label="Table"><table>')
    assert '<th class="align-left">a</th>' in html
    assert '<td class="align-right">2</td>' in html


def test_tasks_are_told_in_words_too():
    html = render("- [ ] buy\n- [x] *sell*\n- [y] neither")

    assert '<li class="task"><span class="task__mark" role="img" aria-label="To do">☐</span> buy</li>' in html
    assert 'aria-label="Done">☑</span> <em>sell</em></li>' in html
    assert "<li>[y] neither</li>" in html


def test_a_list_starts_where_it_was_started():
    assert '<ol start="3">' in render("3. c\n4. d")


def test_footnotes_link_both_ways_under_the_anchor_of_their_message():
    html = render("A[^n] and again[^n].\n\n[^n]: The *note*.", anchor="msg 42")

    assert '<sup class="footnote-ref" id="fnref-msg-42-1"><a href="#fn-msg-42-1"' in html
    assert '<li id="fn-msg-42-1"><p>The <em>note</em>. <a class="footnote-back" href="#fnref-msg-42-1"' in html
    assert html.count(' id="fnref-') == 1


def test_a_footnote_that_nothing_refers_to_is_not_lost():
    html = render("Text.\n\n[^n]: Kept.")

    assert "Kept." in html
    assert "footnote-back" not in html


def test_labels_of_footnotes_never_become_ids():
    html = render("A[^location].\n\n[^location]: x")

    assert 'id="fn-1"' in html
    assert "location" not in html


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://example.com/a_b_c.", "https://example.com/a_b_c"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("https://en.wikipedia.org/wiki/A_(b)", "https://en.wikipedia.org/wiki/A_(b)"),
        ("见https://example.com/路径。", "https://example.com/%E8%B7%AF%E5%BE%84"),
        ("http://a.example/?b=c&d=e!", "http://a.example/?b=c&amp;d=e"),
        ("write to ann.b+c@example.co.uk, please", "mailto:ann.b+c@example.co.uk"),
        ("<https://example.com>", "https://example.com"),
        ("[words](/c/conv_1?at=2#m)", "/c/conv_1?at=2#m"),
    ],
)
def test_addresses_become_links(text, url):
    assert f'<a href="{url}" rel="noopener noreferrer nofollow">' in render(text)


@pytest.mark.parametrize(
    "text", ["main.rs and README.md", "`https://example.com`", "a@b", "ssh://host/x", "xhttps://a.b"]
)
def test_what_only_looks_like_an_address_stays_text(text):
    assert "<a " not in render(text)


def test_a_link_inside_a_link_is_not_linked_again():
    assert render("[https://a.example/](https://b.example/)").count("<a ") == 1


@pytest.mark.parametrize(
    "target", ["sandbox:/mnt/data/x.csv", "#part", "chapter.md", "//evil.example/x", "attachment:a"]
)
def test_a_link_that_leads_nowhere_here_keeps_its_words(target):
    assert render(f"[the words]({target})") == '<p><span class="dead-link">the words</span></p>\n'


def test_a_picture_elsewhere_is_a_link_that_says_where_and_opens_beside_the_page():
    html = render("Look: ![A *cat*](https://www.example.com/cat.png)")

    assert "<img" not in html
    assert html == (
        '<p>Look: <a class="remote-image" href="https://www.example.com/cat.png" target="_blank"'
        ' rel="noopener noreferrer nofollow">'
        '<span class="remote-image__alt">A cat</span> <span class="remote-image__host">example.com</span></a></p>\n'
    )


def test_a_picture_elsewhere_that_is_a_paragraph_of_its_own_says_so():
    assert 'class="remote-image is-alone"' in render("![A cat](https://example.com/cat.png)")
    assert "is-alone" not in render("![A cat](https://example.com/cat.png) and words")


def test_a_listing_of_ten_thousand_lines_is_a_listing_and_the_answer_round_it_is_read():
    listing = "".join(f"line {n} & more\n" for n in range(10_000))
    html = render(f"**Before**\n\n```python\n{listing}```\n\n*After*\n\n````\n```\n{listing}")

    assert "<strong>Before</strong>" in html
    assert "<em>After</em>" in html
    assert html.count("line 9999 &amp; more") == html.count("<pre") == 2


def test_long_lines_may_be_wrapped_and_short_ones_need_not():
    wrap = '<label class="code__wrap"><input type="checkbox">Wrap</label>'

    assert wrap in render("```\n" + "x" * 80 + "\n```")
    assert wrap not in render("```\n" + "x\n" * 80 + "```")


def test_a_script_from_right_to_left_takes_the_marks_of_lists_along():
    html = render("1. سلام\n\n> نعم\n\n| ب |\n|---|\n| ت |")

    assert '<ol dir="auto">' in html
    assert '<blockquote dir="auto">' in html
    assert '<table dir="auto">' in html
    assert "dir=" not in render("1. peace\n\n> yes\n\n| b |\n|---|\n| c |")


def test_a_picture_inside_a_link_leaves_the_link_alone():
    html = render("[![cat](https://img.example/c.png)](https://example.com/)")

    assert html.count("<a ") == 1
    assert '<span class="remote-image__alt">cat</span>' in html


def test_our_own_attachments_are_shown():
    html = render("![cat](/attachments/att_1/cat.png)")

    assert '<img src="/attachments/att_1/cat.png" alt="cat" loading="lazy">' in html


def test_code_says_its_language_and_can_be_scrolled_with_the_keyboard():
    html = render("```py\nx = 1\n```")

    assert html.startswith('<figure class="code"><figcaption>Python</figcaption><pre tabindex="0"><code>')


def test_an_unknown_language_is_named_and_stays_plain():
    html = render('```klingon "x"\nqapla <b>\n```')

    assert "<figcaption>klingon</figcaption>" in html
    assert "<code>qapla &lt;b&gt;\n</code>" in html


@pytest.mark.parametrize("language", ["", "python", "html", "console", "yaml", "nonsense"])
def test_code_can_be_copied_byte_for_byte(language):
    code = "\n  def f():\n\treturn '<b>&amp;</b>' # $x$ [a](b) 漢 😀 \\( y \\)\n\n\n"

    assert Code(render(f"```{language}\n{code}```\n")).blocks == [code]


@pytest.mark.parametrize("tex", ["$x^2$", r"\(x^2\)", "so $x^2$, then"])
def test_formulas_in_the_line(tex):
    html = render(tex)

    assert '<math display="inline" alttext="x^2">' in html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html


@pytest.mark.parametrize(
    "tex", ["$$\nx\n- y\n\n= z\n$$", "\\[\nx\n- y\n\n= z\n\\]", "Text:\n\\[\nx\n- y\n\n= z\n\\]\nmore"]
)
def test_formulas_of_their_own(tex):
    html = render(tex)

    assert '<div class="math" tabindex="0"><math display="block"' in html
    assert "<li>" not in html


@pytest.mark.parametrize(
    ("tex", "spaces"),
    [(r"$e\sin E$", 2), (r"$\sin(x)$", 0), (r"$(a)\log_2 n$", 2), (r"$a + \ln x$", 1), (r"$a\,\cos x$", 2)],
)
def test_functions_stand_off_what_is_beside_them_but_not_from_brackets_and_operators(tex, spaces):
    assert render(tex).count('<mspace width="0.167em">') == spaces


@pytest.mark.parametrize("text", ["a $$x$$ b", r"a \[x\] b"])
def test_display_formulas_in_a_paragraph(text):
    assert '<math display="block" alttext="x">' in render(text)


def test_aligned_equations_are_a_table():
    assert "<mtable" in render("$$\\begin{aligned}a&=b\\\\c&=d\\end{aligned}$$")


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "$5-$10",
        "from $5k in March to 10$",
        "US$5/US$6",
        "$HOME/$USER:$PATH",
        "a $ b $ c",
        r"\$x\$",
        "`$x$`",
        "it costs $x and `y$` too",
        "100$",
        'echo "${name}_$other" "$1"',
        "[{'price': '$4', 'name': '$x'}]",
        "${a} and ${b}$",
        "$",
        "$$",
    ],
)
def test_money_and_shells_are_not_formulas(text):
    assert "<math" not in render(text)


@pytest.mark.parametrize("tex", [r"\frac{", r"\unknowncommand{x}", r"\newcommand{\a}{\b}\a", r"\href{javascript:1}{x}"])
def test_a_formula_that_cannot_be_set_shows_its_source(tex):
    assert f'<code class="math-source">{escape(tex)}</code>' in render(f"$${tex}$$")


def test_a_matrix_with_an_exponent_is_one_base():
    html = render(r"$$\begin{pmatrix}1\end{pmatrix}^n$$")

    assert "<msup><mrow><mo>(</mo><mtable>" in html
    assert "<mo>)</mo></mrow><mi>n</mi></msup>" in html


def test_text_in_a_formula_is_text():
    html = render(r"$$\text{<script>} < b$$")

    assert "<mtext>&lt;script&gt;</mtext>" in html


def test_a_formula_cannot_push_the_page_aside():
    assert "width=" not in render(r"$$a\hspace{99999em}b\hspace{-50em}c$$")
    assert 'width="0.167em"' in render(r"$$a\,b$$")


def test_marks_of_citations_are_quiet_and_private_ones_are_gone():
    html = render("Yes【13†source】 and 【4:0†file.pdf】 or \ue200cite\ue202turn0search3\ue201this \ue203hidden\ue204.")

    assert '<sup class="citation" title="source">13</sup>' in html
    assert '<sup class="citation" title="file.pdf">4</sup>' in html
    assert "or this ." in html


def test_an_entity_is_called_by_its_name():
    assert render('In \ue200entity\ue202["city","Paris","x"]\ue201.') == "<p>In Paris.</p>\n"
    assert render("In \ue200entity\ue202[1\ue201.") == "<p>In .</p>\n"


def test_marks_in_code_are_left_alone():
    assert "<code>【1†a】</code>" in render("`【1†a】`")


def test_threads_share_the_parser_and_nothing_else():
    def page(number):
        return render(
            f"A[^{number}] ${number}$ [x]\n\n[^{number}]: note {number}\n\n[x]: /{number}", anchor=str(number)
        )

    expected = [page(number) for number in range(40)]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(page, range(40))) == expected


def test_a_table_corner_without_words_is_no_heading():
    html = render("| | two |\n|---|---|\n| one | 1 |")

    assert html.count("<th>") == 1
    assert html.count("<td>") == html.count("</td>") == 3
