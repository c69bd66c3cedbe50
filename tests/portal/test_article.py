"""Long texts as HTML: only what we put in is markup."""

from django.template import Context, Template

from portal.article import render


def test_headings_paragraphs_lists_and_what_is_stressed():
    text = "# 1. 목적\r\n\r\n첫 줄\n둘째 줄\n\n## 가\n\n- 하나\n- 둘\n\n! 중요\n\n#말머리\n\n- 하나\n둘"
    assert render(text).split("\n") == [
        "<h2>1. 목적</h2>",
        "<p>첫 줄<br>둘째 줄</p>",
        "<h3>가</h3>",
        "<ul><li>하나</li><li>둘</li></ul>",
        '<p class="lead"><strong>중요</strong></p>',
        "<p>#말머리</p>",
        "<p>- 하나<br>둘</p>",
    ]


def test_nothing_in_the_text_is_html():
    text = "# <b>\n\n- <script>alert(1)</script>\n\n! <i>\n\n<img src=x onerror=alert(1)> & {{ x }} {%s}"
    html = Template("{{ text|article }}").render(Context({"text": text}))
    for tag in ("<b>", "<script>", "<i>", "<img"):
        assert tag not in html
    assert "&amp; {{ x }} {%s}" in html


def test_the_level_of_headings_and_the_contact(settings):
    settings.CONTACT_EMAIL = "ask@example.com"
    assert render("# {contact}", level=3) == "<h3>ask@example.com</h3>"
