"""The parts of a message's content, in every vendor's spelling.

Vendors share most part forms with each other (LangChain alone passes on those of five vendors), so parts are read
here by their own structure: by their ``type`` where they have one, else by the key that holds their content. A part
of unknown form becomes `Data`, so that no message is lost for one part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.formats.media_parts import (
    Object,
    Reader,
    fetched_page,
    gemini_media,
    generated_image,
    media_part,
    search_result,
    web_result,
)
from labeler.reading.formats.values import decoded, first, items, mapping, text_in, text_of
from labeler.reading.media.detect import described
from labeler.reading.message import Call, Data, Note, Part, Reasoning, Result, TextPart
from labeler.reading.wire.bounded_json import container_in


def parts_of(content: JsonValue) -> list[Part]:
    """Return the parts of a message's content: a text, a part, or a list of texts and parts. Null has none."""
    match content:
        case None:
            return []
        case str():
            return [text_or_media(content)]
        case list():
            return [part for item in content for part in parts_of(item)]
        case dict():
            return part_of(content)
        case _:
            return [Data(content)]


def part_of(item: Object) -> list[Part]:
    """Return what one part object stands for; usually one part."""
    if definition_name(item):
        return [Data(item, "tool definition")]
    kind = item.get("type") or item.get("block_type") or item.get("part_kind")
    if isinstance(kind, str) and _is_ui_tool(kind, item):
        return _ui_tool(kind, item)
    if isinstance(kind, str) and (reader := _reader(kind)) is not None:
        return reader(item)
    for key, keyed in _BY_KEY.items():
        if item.get(key) is not None:
            return keyed(item)
    return [Data(item, kind if isinstance(kind, str) else "")]


def _is_ui_tool(kind: str, item: Object) -> bool:
    """Return whether a part is a tool's call together with its answer, as messages of Vercel's AI SDK keep them for
    pages.
    """
    return (kind == "dynamic-tool" or kind.startswith("tool-")) and "toolCallId" in item and "state" in item


def _ui_tool(kind: str, item: Object) -> list[Part]:
    name = text_of(item.get("toolName")) or kind.removeprefix("tool-")
    made = call({"name": name, "input": item.get("input"), "toolCallId": item["toolCallId"]})
    if not text_of(item["state"]).startswith("output"):
        return [made]
    return [made, result({"name": name, "error": item.get("errorText"), **item})]


def definition_name(item: Object) -> str:
    """Return the name of the tool that an object defines, with the schema of its arguments; empty where it defines
    none.
    """
    inner = mapping(item.get("function")) or item
    schema = mapping(first(inner, "parameters", "input_schema", "inputSchema", "parameters_json_schema"))
    is_schema = "properties" in schema or "$schema" in schema or schema.get("type") == "object"
    is_called = any(key in holder for holder in (item, inner) for key in ("arguments", "args", "input", "call_id"))
    return text_of(inner.get("name")) if is_schema and not is_called else ""


def is_part(item: JsonValue) -> bool:
    """Return whether a value is a part object of a known form: typed, or with its content under one key and nothing
    else.
    """
    if not isinstance(item, dict):
        return False
    kind = item.get("type") or item.get("block_type")
    if isinstance(kind, str):
        return _reader(kind) is not None
    keys = {key for key, value in item.items() if value is not None} - _ANNOTATIONS
    return len(keys) == 1 and not keys - _BY_KEY.keys()


def _reader(kind: str) -> Reader | None:
    """Who reads parts of a type. Vendors name what their own tools are given and answer after the tool."""
    name = kind.replace("-", "_").lower()
    return _BY_TYPE.get(name) or next((read for end, read in _BY_END.items() if name.endswith(end)), None)


def text_or_media(text: str) -> Part:
    """Return a text as itself, or as the media that it is an address or an encoding of."""
    return described(text) or TextPart(text)


def result_parts(content: JsonValue) -> tuple[Part, ...]:
    """Return what a tool answered: text, parts, or any value."""
    match content:
        case None:
            return (Note("no content"),)
        case str():
            return (text_or_media(content),)
        case list() if content and all(isinstance(item, str) or is_part(item) for item in content):
            return tuple(parts_of(content))
        case dict() if content.get("type") in _TYPED_OUTPUTS and "value" in content:
            value = content["value"]
            return result_parts(value) if isinstance(value, str | list) else (Data(value),)
        case dict() if isinstance(content.get("type"), str) and is_part(content):
            return tuple(part_of(content))
        case _:
            return (Data(content),)


def arguments(value: JsonValue) -> JsonValue:
    """Return a call's arguments: the value of a JSON text, or the text as it is."""
    if isinstance(value, str):
        parsed = container_in(value)
        return value if parsed is None else parsed
    return {} if value is None else value


def call(item: Object) -> Call:
    """Return a tool call in any vendor's spelling, also where name and arguments lie one level down."""
    inner = mapping(item.get("function")) or mapping(item.get("custom"))
    name = first(item, "name", "tool_name", "toolName") or first(inner, "name")
    given = first(item, "arguments", "args", "input", "tool_kwargs", "tool_args", "tool_input")
    if given is None:
        given = first(inner, "arguments", "parameters", "input")
    identifier = first(item, "call_id", "tool_call_id", "toolCallId", "toolUseId", "tool_id", "id")
    return Call(text_of(name) or "unnamed tool", arguments(given), text_of(identifier) or None)


def result(item: Object) -> Result:
    """Return a tool's answer in any vendor's spelling."""
    content = first(item, "output", "content", "response", "result", "tool_output", "observation")
    status = text_of(item.get("status"))
    failed = item.get("is_error") is True or item.get("isError") is True or status in ("error", "failed")
    error = item.get("error")
    if content is None and error not in (None, False):
        content, failed = error, True
    kind = text_of(mapping(content).get("type"))
    return Result(
        result_parts(content),
        text_of(first(item, "call_id", "tool_call_id", "toolCallId", "tool_use_id", "toolUseId", "tool_id", "id"))
        or None,
        text_of(first(item, "name", "tool_name", "toolName")),
        failed or error is True or kind.startswith("error"),
    )


def _text(item: Object) -> list[Part]:
    content = first(item, "text", "content", "refusal", "value")
    if isinstance(content, Mapping):
        content = first(content, "text", "value")
    text = content if isinstance(content, str) else text_in(content)
    notes = citations(item)
    if item.get("thought") is True:
        return [Reasoning(text), *notes]
    return [text_or_media(text), *notes]


def citations(item: Object) -> list[Part]:
    """Return a note for each source that a text cites."""
    cited = (_citation(mapping(citation)) for citation in items(first(item, "citations", "annotations")))
    return [Note(f"cites {each}") for each in cited if each]


def _citation(citation: Object) -> str:
    citation = mapping(citation.get("url_citation")) or citation
    source = first(citation, "title", "document_title", "filename"), first(citation, "url", "source")
    return ": ".join(text for part in (*source, citation.get("cited_text")) if (text := text_of(part)))


def _refusal(item: Object) -> list[Part]:
    return [Note("refused by the model"), TextPart(text_of(first(item, "refusal", "text", "content")))]


def _reasoning(item: Object) -> list[Part]:
    for key in _REASONING_KEYS:
        if text := text_in(decoded(item.get(key))) or text_in(item.get(key)):
            return [Reasoning(text)]
    return [Note("reasoning that the provider did not disclose")]


def _bedrock_reasoning(item: Object) -> list[Part]:
    return _reasoning(mapping(first(item, "reasoningContent", "reasoning_content")))


def _call(item: Object) -> list[Part]:
    return [call(item)]


def _result(item: Object) -> list[Part]:
    return [result(item)]


def _nested_call(*keys: str) -> Reader:
    return lambda item: [call(mapping(first(item, *keys)))]


def _nested_result(*keys: str) -> Reader:
    def read(item: Object) -> list[Part]:
        inner = mapping(first(item, *keys))
        origin = mapping(inner.get("origin"))
        return [result({**origin, **inner} if origin else inner)]

    return read


def _code(item: Object) -> list[Part]:
    code = mapping(first(item, "executable_code", "executableCode"))
    return [Call("code_execution", {"language": code.get("language"), "code": code.get("code")})]


def _code_result(item: Object) -> list[Part]:
    outcome = mapping(first(item, "code_execution_result", "codeExecutionResult"))
    failed = "OK" not in text_of(outcome.get("outcome")) and outcome.get("outcome") is not None
    return [Result(result_parts(outcome.get("output")), None, "code_execution", failed)]


def _logs(item: Object) -> list[Part]:
    return [TextPart(text_of(item.get("logs")))]


def _json(item: Object) -> list[Part]:
    return [Data(item["json"])]


def _nothing(item: Object) -> list[Part]:
    return []


_ANNOTATIONS: Final = frozenset(
    ("thought", "thought_signature", "thoughtSignature", "cache_control", "video_metadata", "part_metadata")
)
_REASONING_KEYS: Final = (
    "thinking", "summary", "content", "reasoning", "text", "reasoning_text", "reasoningText", "reasoning_content",
    "thought",
)  # fmt: skip
_TYPED_OUTPUTS: Final = ("text", "json", "content", "error-text", "error-json", "execution-denied")

_BY_TYPE: Final[dict[str, Reader]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text", "plain_text", "string"), _text),
    "refusal": _refusal,
    **dict.fromkeys(("thinking", "reasoning", "reasoning_text", "redacted_thinking", "thought"), _reasoning),
    "reasoning_content": _bedrock_reasoning,
    **dict.fromkeys(
        ("tool_use", "tool_call", "function_call", "function", "custom_tool_call", "server_tool_call"),
        _call,
    ),
    **dict.fromkeys(
        ("tool_result", "tool_call_response", "tool_response", "function_call_output", "custom_tool_call_output"),
        _result,
    ),
    **dict.fromkeys(
        ("image_url", "input_image", "image", "image_file", "output_image", "computer_screenshot"), media_part("image")
    ),
    **dict.fromkeys(("input_audio", "audio", "output_audio", "audio_url"), media_part("audio")),
    **dict.fromkeys(("video", "video_url", "input_video"), media_part("video")),
    **dict.fromkeys(("file", "input_file", "uri", "blob", "media", "binary"), media_part("file")),
    **dict.fromkeys(("document", "document_url"), media_part("document")),
    "search_result": search_result,
    "web_search_result": web_result,
    "web_fetch_result": fetched_page,
    "logs": _logs,
    "image_generation_call": generated_image,
    "step_start": _nothing,
}  # fmt: skip

_BY_END: Final[dict[str, Reader]] = {"_tool_use": _call, "_tool_result": _result}

_BY_KEY: Final[dict[str, Reader]] = {
    "text": _text,
    **dict.fromkeys(("function_call", "functionCall"), _nested_call("function_call", "functionCall")),
    **dict.fromkeys(("function_response", "functionResponse"), _nested_result("function_response", "functionResponse")),
    **dict.fromkeys(("inline_data", "inlineData", "file_data", "fileData"), gemini_media),
    **dict.fromkeys(("executable_code", "executableCode"), _code),
    **dict.fromkeys(("code_execution_result", "codeExecutionResult"), _code_result),
    **dict.fromkeys(("toolUse", "tool_call"), _nested_call("toolUse", "tool_call")),
    **dict.fromkeys(("toolResult", "tool_call_result"), _nested_result("toolResult", "tool_call_result")),
    **dict.fromkeys(("reasoningContent", "reasoning_content"), _bedrock_reasoning),
    "thinking": _reasoning,
    "reasoning": lambda item: _reasoning(mapping(item["reasoning"]) or item),
    "image": media_part("image"),
    "image_url": media_part("image"),
    "document": media_part("document"),
    "video": media_part("video"),
    "audio": media_part("audio"),
    "file": media_part("file"),
    "json": _json,
    "cachePoint": _nothing,
    "guardContent": lambda item: _text(mapping(item["guardContent"])),
}
