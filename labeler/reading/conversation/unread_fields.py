"""What a trace's inputs and outputs hold and its messages do not tell. None of it is dropped.

What a reviewer may miss (a note, a field of no known kind) stands at the end of the conversation, folded. Parameters of
a model call and what its API says of itself (IDs, times, token counts, reasons to stop, definitions of tools) are kept
for the metadata of the trace: they stand in nearly every response and help nobody to judge it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.plain import is_repr
from labeler.reading.media.detect import described, encoded
from labeler.reading.message import Aside, Message, texts_in
from labeler.reading.wire.bounded_json import container_in

LEAST_CHARACTERS: Final = 8
"""Shorter texts are looked for nowhere; they come along with longer ones."""

_MOST_SEARCHED: Final = 20_000_000
"""Characters that are searched for texts that lie within others. What is not looked for counts as not told."""

_KEYS_SHOWN: Final = 6

_PARAMETERS: Final = frozenset(
    (
     "model", "modelname", "modelid", "deployment", "engine", "provider", "providername", "providerdetails",
     "canonicalsystem", "temperature", "topp", "topk", "maxtokens", "maxcompletiontokens", "maxoutputtokens",
     "maxtokenstosample", "n", "seed", "stream", "streamoptions", "stop", "stopsequences", "presencepenalty",
     "frequencypenalty", "logitbias", "logprobs", "toplogprobs", "avglogprobs", "responseformat", "toolchoice",
     "paralleltoolcalls", "tools", "functions", "toolconfig", "outputtools", "reasoningeffort", "thinking",
     "truncation", "servicetier", "timeout", "store", "background", "generationconfig", "safetysettings",
     "safetyratings", "inferenceconfig", "additionalmodelrequestfields", "guardrailconfig", "invocationparams",
     "httpoptions", "headers", "extraheaders", "extrabody", "usage", "usagemetadata", "tokenusage", "metrics",
     "llmoutput", "responsemetadata", "sdkhttpresponse", "systemfingerprint", "created", "finishreason", "stopreason",
     "stopsequence", "nativefinishreason", "donereason", "relationships",
    )
)  # fmt: skip
"""Keys of a model call's parameters and bookkeeping, lower case, without underscores: with all that is in them."""

_MARKS: Final = (
    "id", "ids", "type", "kind", "version", "at", "time", "timestamp", "hash", "status", "reason", "role", "state",
)  # fmt: skip
"""How keys end under which a single word is bookkeeping: ``tool_call_id``, ``created_at``, ``block_type``."""

_MARKED: Final = frozenset(("object", "index", "format", "encoding", "phase", "classname", "providerurl"))
_TEMPLATES: Final = frozenset(("metadatatemplate", "texttemplate", "metadataseparator", "metadataseperator"))
"""Keys under which LlamaIndex keeps how a node's text would be put together."""

_WORD: Final = re.compile(r"[!-~]{1,300}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*( ?[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class UnreadFields:
    """What messages do not tell of spans, an entry for each span that holds such."""

    content: tuple[Aside, ...] = ()
    parameters: tuple[Aside, ...] = ()


def unread_fields(spans: Iterable[Span], messages: Sequence[Message]) -> UnreadFields:
    """Return what of the spans' inputs and outputs the messages do not tell."""
    told = _Told(messages)
    content, parameters = list[Aside](), list[Aside]()
    for span in spans:
        sides = {"input": span.inputs, "output": span.outputs}
        left = {name: _left("", side, told) for name, side in sides.items() if not isinstance(side, NotRecorded)}
        if unread := {name: each.content for name, each in left.items() if each.content is not None}:
            content.append(Aside(f"also recorded of {span.name}{_keys_of(unread)}", unread))
        if kept := {name: each.parameters for name, each in left.items() if each.parameters is not None}:
            parameters.append(Aside(span.name, kept))
    return UnreadFields(tuple(content), tuple(parameters))


def _keys_of(sides: Mapping[str, JsonValue]) -> str:
    keys = list(dict.fromkeys(key for left in sides.values() for key in (left if isinstance(left, dict) else ())))
    named = ", ".join([*keys[:_KEYS_SHOWN], *(["…"] if len(keys) > _KEYS_SHOWN else [])])
    return f": {named}" if named else ""


class _Told:
    """The texts that messages tell, whole and within each other."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._whole = {text for text in texts_in(messages) if text}
        self._joined = ""
        self._searched = 0

    def __contains__(self, text: str) -> bool:
        if text in self._whole or text.strip() in self._whole:
            return True
        self._joined = self._joined or "\n".join(self._whole)
        self._searched += len(self._joined)
        return self._searched <= _MOST_SEARCHED and text.strip() in self._joined


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of a value once the texts that are told are taken out; None where nothing is."""

    content: JsonValue = None
    parameters: JsonValue = None


_NOTHING: Final = _Left()


def _left(key: str, value: JsonValue, told: _Told) -> _Left:
    """Return what is left of a value that stands under a key."""
    match value:
        case str():
            return _left_of_text(key, value, told)
        case dict():
            left = _left_of_object(value, told)
        case list():
            left = _left_of_list(key, value, told)
        case _:
            return _NOTHING
    return _Left(parameters=value) if is_parameter(key) and left != _NOTHING else left


def _left_of_text(key: str, text: str, told: _Told) -> _Left:
    if len(text.strip()) < LEAST_CHARACTERS or text in told or described(text) is not None or encoded(text) is not None:
        return _NOTHING
    if (inner := container_in(text)) is not None:
        left = _left("", inner, told)
        is_bookkeeping = left.content is None
    else:
        left = _Left(text)
        is_bookkeeping = _is_bookkeeping(key, text)
    if left == _NOTHING:
        return _NOTHING
    return _Left(parameters=text) if is_bookkeeping else _Left(content=text)


def _left_of_object(value: dict[str, JsonValue], told: _Told) -> _Left:
    """Return what is left of an object; numbers and short words come along with what stands beside them."""
    inner = {key: _left(key, each, told) for key, each in value.items()}
    content: dict[str, JsonValue] = {key: left.content for key, left in inner.items() if left.content is not None}
    parameters: dict[str, JsonValue] = {
        key: left.parameters for key, left in inner.items() if left.parameters is not None
    }
    if content:
        content |= {
            key: each
            for key, each in value.items()
            if key not in {*content, *parameters} and not is_parameter(key) and _is_short(each)
        }
    if parameters:
        parameters |= {
            key: each
            for key, each in value.items()
            if key not in {*content, *parameters} and is_parameter(key) and (_is_short(each) or _holds(each))
        }
    return _Left(_in_order(value, content), _in_order(value, parameters))


def _left_of_list(key: str, value: list[JsonValue], told: _Told) -> _Left:
    members = [_left(key, each, told) for each in value]
    content: list[JsonValue] = [left.content for left in members if left.content is not None]
    parameters: list[JsonValue] = [left.parameters for left in members if left.parameters is not None]
    return _Left(content or None, parameters or None)


def _in_order(value: dict[str, JsonValue], left: dict[str, JsonValue]) -> JsonValue:
    return {key: left[key] for key in value if key in left} or None


def is_parameter(key: str) -> bool:
    """Return whether a key is one of a model call's parameters or of its API's bookkeeping."""
    return _bare(key) in _PARAMETERS


def _is_bookkeeping(key: str, text: str) -> bool:
    """Return whether a text is bookkeeping: a moment, the ``repr`` of a Python object, or one word under a key for
    such.
    """
    bare = _bare(key)
    if bare in _TEMPLATES or _MOMENT.fullmatch(text) or is_repr(text):
        return True
    is_named = bare in _PARAMETERS or bare in _MARKED or bare.endswith(_MARKS)
    return is_named and _WORD.fullmatch(text) is not None


def _bare(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()


def _holds(value: JsonValue) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _is_short(value: JsonValue) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and 0 < len(value) < LEAST_CHARACTERS)
