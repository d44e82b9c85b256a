import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.host_names import with_deceptive_hosts_marked
from labeler.reading.read import read_document
from labeler.reading.sanitise import sanitise
from tests.reading.corpus import span, trace_of

P = "p\u0430ypal"  # the second letter is Cyrillic
APPLE = "\u0430\u0440\u0440\u04cf\u0435"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://{P}.com/login", f"https://{P}.com⟨mixed scripts⟩/login"),
        (f"[pay](https://user@www.{P}.com:443/x)", f"[pay](https://user@www.{P}.com⟨mixed scripts⟩:443/x)"),
        (f"see https://{APPLE}.com, now", f"see https://{APPLE}.com⟨looks Latin⟩, now"),
        ("http://ｅxample.org", "http://ｅxample.org⟨mixed scripts⟩"),
        (f"<https://ok.example> https://{P}.com", f"<https://ok.example> https://{P}.com⟨mixed scripts⟩"),
    ],
)
def test_host_names_that_are_not_what_they_seem_are_marked(text: str, shown: str) -> None:
    assert sanitise(text) == shown
    assert sanitise(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/привет?q=straße",
        "https://bücher.example",
        "https://почта.рф und https://κόσμος.gr",
        "https://日本語テキスト.jp と https://한국abc.kr",
        f"{P} without a link",
        "https://example.com をご覧ください",
    ],
)
def test_honest_names_in_any_language_stay_as_they_are(text: str) -> None:
    assert with_deceptive_hosts_marked(text) == text


@given(st.lists(st.sampled_from(["https://", "a", "ж", "α", "语", ".", "@", "/", " ", "⟨mixed scripts⟩", "\u202e"])))
def test_marking_takes_nothing_away_and_marks_once(pieces: list[str]) -> None:
    text = "".join(pieces)
    marked = with_deceptive_hosts_marked(text)
    assert with_deceptive_hosts_marked(marked) == marked
    assert marked.replace("⟨mixed scripts⟩", "").replace("⟨looks Latin⟩", "") == text.replace("⟨mixed scripts⟩", "")


def test_the_reading_view_marks_them() -> None:
    document = read_document(trace_of(span("where do I pay?", f"At [our desk](https://{P}.com/pay).")))
    assert f"https://{P}.com⟨mixed scripts⟩/pay" in document.plain_text
