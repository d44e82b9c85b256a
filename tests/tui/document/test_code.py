from labeler.tui.document.code import json_spans
from labeler.tui.document.highlighter import Highlighter


def test_json_tells_keys_from_strings_and_numbers_from_constants() -> None:
    text = '{"at": "04:12", "metres": -2.9e1, "open": [true, null]}'
    assert [(text[a:b], roles[0]) for a, b, roles in json_spans(text)] == [
        ('"at"', "code.key"),
        ('"04:12"', "code.string"),
        ('"metres"', "code.key"),
        ("-2.9e1", "code.number"),
        ('"open"', "code.key"),
        ("true", "code.constant"),
        ("null", "code.constant"),
    ]


def test_code_is_coloured_line_by_line_in_any_order() -> None:
    text = 'def berth(x):\n    """Two\n    lines."""\n    return 1'
    highlighter = Highlighter(text, "Python")
    lines = text.split("\n")
    found = {n: [(lines[n][a:b], roles[0]) for a, b, roles in highlighter.spans(n)] for n in (3, 0, 2, 1)}
    assert found == {
        0: [("def", "code.keyword"), ("berth", "code.name")],
        1: [('"""Two', "code.string")],
        2: [('    lines."""', "code.string")],
        3: [("return", "code.keyword"), ("1", "code.number")],
    }


def test_code_in_an_unknown_language_is_left_plain() -> None:
    assert Highlighter("return 1", "klingon").spans(0) == []
