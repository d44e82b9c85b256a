"""What a span says of itself beside what went in and out: which model ran, what it cost, which prompts it used."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.values import decoded, first, items, mapping, number, text_of

LINKED_PROMPTS: Final = "mlflow.linkedPrompts"

_MODEL_KEYS: Final = (
    "mlflow.llm.model",
    "gen_ai.response.model",
    "gen_ai.request.model",
    "llm.model_name",
    "ai.response.model",
    "ai.model.id",
    "embedding.model_name",
)
_PROVIDER_KEYS: Final = ("mlflow.llm.provider", "gen_ai.provider.name", "gen_ai.system", "llm.provider")
_CALLS_A_MODEL: Final = ("LLM", "CHAT_MODEL", "EMBEDDING")
_TOKEN_WORDS: Final = (
    ("input_tokens", "in"),
    ("cache_read_input_tokens", "of them from a cache"),
    ("cache_creation_input_tokens", "of them written to a cache"),
    ("output_tokens", "out"),
    ("total_tokens", "in all"),
)


def model_of(span: Span) -> str:
    """Return the model that a span called, with its provider where that is known; the empty string where it called
    none.
    """
    model = _model_name(span)
    provider = text_of(first(span.attributes, *_PROVIDER_KEYS))
    return f"{model} ({provider})" if model and provider else model


def writing_models(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the names of the models that were called, without their providers; those that write text before
    embeddings.
    """
    called = [(span.type == "EMBEDDING", name) for span in spans if (name := _model_name(span))]
    return tuple(dict.fromkeys(name for _, name in sorted(called, key=lambda call: call[0])))


def models_of(spans: Iterable[Span]) -> list[str]:
    """Return the models that were called, each once, in the order of their first call."""
    return list(dict.fromkeys(model for span in spans if (model := model_of(span))))


def _model_name(span: Span) -> str:
    model = text_of(first(span.attributes, *_MODEL_KEYS))
    if not model and span.type in _CALLS_A_MODEL and isinstance(span.inputs, dict):
        model = text_of(span.inputs.get("model"))
    return model


def cost_words(cost: JsonValue) -> str:
    """Return a cost as MLflow records it, in dollars, for people: ``0.0178 USD``; the empty string where there
    is none.
    """
    total = number(mapping(decoded(cost)).get("total_cost"))
    if total is None:
        return ""
    digits = 2 if total >= 1 or total <= 0 else 2 - math.floor(math.log10(total))
    return f"{total:,.{min(digits, 12)}f} USD"


def token_words(usage: JsonValue) -> str:
    """Token counts for people: ``363 in, 8,852 out, 9,215 in all``; the empty string where there are none."""
    counts = mapping(decoded(usage))
    told = ((counts.get(key), word) for key, word in _TOKEN_WORDS)
    return ", ".join(f"{count:,} {word}" for count, word in told if isinstance(count, int) and count)


def prompts_in(value: JsonValue) -> list[str]:
    """Return the prompts that a trace or span is linked to: ``greeting, version 3``."""
    return [_prompt(each) for each in items(decoded(value)) if isinstance(each, Mapping)]


def _prompt(linked: Mapping[str, JsonValue]) -> str:
    name, version = text_of(linked.get("name")), text_of(linked.get("version"))
    if not name:
        return json.dumps(linked, ensure_ascii=False, default=str)
    return f"{name}, version {version}" if version else name
