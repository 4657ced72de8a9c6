"""Telegram's HTML: what becomes of it, and what is refused, word for word."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localchat.entities import formatted, utf16
from bot.localchat.refusal import Refusal


def parsed(source: str) -> tuple[str, list[tuple[Any, ...]]]:
    """Text and entities (type, offset, length, and what else they have)."""
    text, entities = formatted(source, "HTML", None, may_be_empty=True)
    rest = ("offset", "length", "type")
    return text, [
        (e["type"], e["offset"], e["length"], *(e[k] for k in e if k not in rest)) for e in entities
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("&lt;&gt;&amp;&quot;&laquo;&#65;&#x42;&lt", '<>&"&laquo;AB<', []),
        ("&#0;&#12345678;&;&", "&#0;&#12345678;&;&", []),
        ("<b>a</b><strong>b</strong>", "ab", [("bold", 0, 2)]),
        ("<i>a</i> <em>b</em>", "a b", [("italic", 0, 1), ("italic", 2, 1)]),
        ("<u>a</u><ins>b</ins> <s>c</s><strike>d</strike><del>e</del>", "ab cde", [("underline", 0, 2),
         ("strikethrough", 3, 3)]),
        ("<B>a</b>", "a", [("bold", 0, 1)]),
        ("<b>a</>", "a", [("bold", 0, 1)]),
        ("<b  any = 'thing' more=1.5-x >a</b  >", "a", [("bold", 0, 1)]),
        ("🙂<b>🙂</b>", "🙂🙂", [("bold", 2, 2)]),
        ("<b>a<i>b</i>c</b>", "abc", [("bold", 0, 1), ("bold", 1, 2), ("italic", 1, 1)]),
        ("<b><i>a</i></b>", "a", [("bold", 0, 1), ("italic", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler> <span class='tg-spoiler'>b</span>", "a b", [("spoiler", 0, 1), ("spoiler", 2, 1)]),
        ("<code>a<b>b</b></code>", "ab", [("code", 0, 2)]),
        ("<pre>a</pre>", "a", [("pre", 0, 1)]),
        ('<pre><code class="language-python">a</code></pre>', "a", [("pre", 0, 1, "python")]),
        ('<code class="language-python">a</code>', "a", [("code", 0, 1)]),
        ('<a href="https://A.org/x?y=&lt;">a</a>', "a", [("text_link", 0, 1, "https://a.org/x?y=<")]),
        ("<a href='a.org'>a</a>", "a", [("text_link", 0, 1, "http://a.org/")]),
        ("<a href=tg://resolve?domain=x>a</a>", None, "Unexpected end of name token at byte offset 8"),
        ("<a href='javascript:alert(1)'>a</a>", "a", []),
        ("<a>https://a.org</a>", "https://a.org", [("text_link", 0, 13, "https://a.org/")]),
        ("see https://a.org/b, and /help", "see https://a.org/b, and /help", [("url", 4, 15), ("bot_command", 25, 5)]),
        ("a/help https://a.org/help <code>/help</code>", "a/help https://a.org/help /help", [("url", 7, 18),
         ("code", 26, 5)]),
        ("<blockquote>a\nb</blockquote>c", "a\nbc", [("blockquote", 0, 3)]),
        ("<blockquote expandable><b>a</b></blockquote>", "a", [("expandable_blockquote", 0, 1), ("bold", 0, 1)]),
        ("<b>x<blockquote>a</blockquote></b>", "xa", [("bold", 0, 1), ("blockquote", 1, 1), ("bold", 1, 1)]),
        ('<tg-emoji emoji-id="5">🙂</tg-emoji>', "🙂", [("custom_emoji", 0, 2, "5")]),
        ('<tg-time unix="1700000000" format="t">22:13</tg-time>', "22:13", [("date_time", 0, 5, 1700000000, "t")]),
        ("<b> a </b> ", " a", [("bold", 0, 2)]),  # what begins an entity stays
        (" \n a\tb\r\n", "a b", []),
        ("a\u202eb\u030a", "ab", []),
        ("<b></b>a", "a", []),
        ("a < b", None, 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", None, "Unclosed start tag at byte offset 2"),
        ("é<x>", None, 'Unsupported start tag "x" at byte offset 2'),
        ("<br/>", None, 'Unsupported start tag "br/" at byte offset 0'),
        ("<b>a", None, "Can't find end tag corresponding to start tag \"b\""),
        ("a</b>", None, "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", None, 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>a</b", None, "Unclosed end tag at byte offset 4"),
        ("<b><i>a</b></i>", None, 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<i  =x>a</i>", None, 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<i x", None, 'Unclosed start tag "i" at byte offset 0'),
        ("<i x=", None, 'Unclosed start tag "i" at byte offset 0'),
        ("<i x='y", None, "Unclosed start tag at byte offset 0"),
        ("<i x=y,z>a</i>", None, "Unexpected end of name token at byte offset 5"),
        ("<span>a</span>", None, 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>a</tg-emoji>", None, "Invalid custom emoji identifier specified"),
    ],
)  # fmt: skip
def test_html(source: str, text: str | None, entities: Any) -> None:
    if text is not None:
        assert parsed(source) == (text, entities)
        return
    with pytest.raises(Refusal) as refused:
        parsed(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {entities}"


def test_entities_may_be_given_instead_and_are_cut_where_they_cross() -> None:
    crossing = [{"type": "italic", "offset": 0, "length": 2}, {"type": "bold", "offset": 1, "length": 2}]
    text, entities = formatted("abc", None, crossing, may_be_empty=False)
    assert text == "abc"
    assert [(e["type"], e["offset"], e["length"]) for e in entities] == [
        ("italic", 0, 1),
        ("bold", 1, 2),
        ("italic", 1, 1),
    ]


def test_an_entity_that_cuts_a_symbol_in_two_is_refused() -> None:
    with pytest.raises(Refusal, match="in a middle of a UTF-16 symbol"):
        formatted("🙂", None, [{"type": "bold", "offset": 0, "length": 1}], may_be_empty=False)


PIECES = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=6),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(["b", "i", "u", "s", "code", "pre", "tg-spoiler", "blockquote", "blockquote expandable"]),
        st.lists(inner, max_size=4),
    ),
)


@given(st.lists(PIECES, max_size=5).map("".join))
def test_entities_always_lie_in_the_text_in_order_and_never_cross(source: str) -> None:
    text, entities = formatted(source, "HTML", None, may_be_empty=True)
    units = text.encode("utf-16-le")
    assert len(units) == 2 * utf16(text)
    assert text == text.rstrip(" \n")
    spans = [(e["offset"], e["offset"] + e["length"]) for e in entities]
    for start, end in spans:
        assert 0 <= start < end <= utf16(text)
        units[2 * start : 2 * end].decode("utf-16-le")  # raises if a symbol was cut in two
    assert spans == sorted(spans, key=lambda span: (span[0], -span[1]))
    for number, (start, end) in enumerate(spans):
        assert all(other >= end or until <= end for other, until in spans[number + 1 :] if other >= start)


@given(st.text())
def test_what_was_escaped_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = formatted(text, None, None, may_be_empty=True)
    assert formatted(escaped, "HTML", None, may_be_empty=True) == plain


@given(st.text("<>/abi='\" &;#x1", max_size=30))
def test_any_source_is_either_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(Refusal):
        formatted(source, "HTML", None, may_be_empty=True)
