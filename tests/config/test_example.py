from __future__ import annotations

import re
from pathlib import Path

from labeler.config.asked import asked_questions
from labeler.config.load import flattened
from labeler.config.sentences import setting_keys
from labeler.config.toml_lines import key_lines
from tests.config.loading import load

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")

NAMED = ("keys", "judges", "snippets")
NAMED_KEYS = ("keys.", "judges.", "snippets.")


def uncommented(text: str) -> str:
    """The example with every key that it only shows switched on."""
    return re.sub(r'^# (?="?[a-z_.0-9]+"? = )', "", text, flags=re.MULTILINE)


def test_the_example_is_valid_as_it_stands_and_with_everything_in_it_switched_on(tmp_path: Path) -> None:
    assert len(asked_questions(load(tmp_path, user=EXAMPLE)).questions) == 5
    assert load(tmp_path, user=uncommented(EXAMPLE)).settings.keys["answer.positive"] == ("y",)


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    bare, example = (dict(flattened(load(tmp_path, user=text).settings)) for text in ("", EXAMPLE))
    assert {key: value for key, value in example.items() if key != "questions"} == {
        key: value for key, value in bare.items() if key != "questions"
    }


def test_the_example_and_the_documentation_have_every_key_there_is_and_no_other() -> None:
    shown = {".".join(str(part) for part in path if part not in range(99)) for path in key_lines(uncommented(EXAMPLE))}
    leaves = {key for key in shown if not any(other.startswith(f"{key}.") for other in shown) or key in NAMED}
    assert {key if not key.startswith(NAMED_KEYS) else key.partition(".")[0] for key in leaves} == set(setting_keys())
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", DOCUMENTATION, flags=re.MULTILINE))
    assert documented == set(setting_keys())
