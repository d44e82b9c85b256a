"""The shapes of the other SDKs, as their own serialisers write them."""

import json

from tests.reading.corpus import span, trace_of
from tests.reading.told import told, told_of


def test_gemini() -> None:
    parts = [
        {"text": "Hm.", "thought": True},
        {"functionCall": {"name": "f", "args": {"a": 1}}, "text": None},
        {"function_response": {"name": "f", "response": {"n": 4}}},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
        {"file_data": {"file_uri": "gs://x/a.pdf", "mime_type": "application/pdf"}},
        {"executable_code": {"language": "PYTHON", "code": "2+2"}},
        {"code_execution_result": {"outcome": "OUTCOME_OK", "output": "4"}},
        {"text": "Four."},
    ]
    asked = {
        "contents": ["Hi?", {"text": "Well?"}],
        "config": {"system_instruction": {"parts": [{"text": "Be brief."}]}},
    }
    answered = {"candidates": [{"content": {"role": "model", "parts": parts}, "finish_reason": "MAX_TOKENS"}]}
    assert told_of(asked, answered) == [
        "system: Be brief.",
        "user: Hi?",
        "user: Well?",
        "assistant: thinks Hm.",
        'assistant: call f {"a": 1}',
        'tool f: {"n": 4}',
        "assistant: [image/png 8 B]",
        "assistant: [application/pdf gs://x/a.pdf]",
        'assistant: call code_execution {"language": "PYTHON", "code": "2+2"}',
        "tool code_execution: 4",
        "assistant: Four.",
        "assistant: (cut off: the token limit was reached)",
    ]
    blocked = {"candidates": [], "prompt_feedback": {"block_reason": "SAFETY"}}
    assert told_of({"contents": "Hi?"}, blocked)[1:] == ["assistant: (blocked: SAFETY)"]
    adk = {"content": {"role": "model", "parts": [{"text": "Four."}]}, "finish_reason": "STOP"}
    assert told_of({"contents": [{"role": "user", "parts": [{"text": "Hi?"}]}]}, adk) == [
        "user: Hi?",
        "assistant: Four.",
    ]


def test_bedrock() -> None:
    messages = [
        {
            "role": "user",
            "content": [
                {"text": "Hi?"},
                {"image": {"format": "png", "source": {"bytes": "b'\\x89PNG\\r\\n'"}}},
                {"document": {"format": "pdf", "name": "rules", "source": {"bytes": "b'%PDF\\x00'"}}},
            ],
        },
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}]},
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "t1", "content": [{"json": {"n": 4}}], "status": "error"}}],
        },
    ]
    content = [{"reasoningContent": {"reasoningText": {"text": "Hm."}}}, {"text": "Four."}]
    output = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": "guardrail_intervened"}
    assert told_of({"modelId": "m", "system": [{"text": "Be brief."}], "messages": messages}, output) == [
        "system: Be brief.",
        "user: Hi?",
        "user: [image/png 6 B]",
        "user: [application/pdf 5 B rules]",
        'assistant: call f {"a": 1}',
        'tool f failed: {"n": 4}',
        "assistant: thinks Hm.",
        "assistant: Four.",
        "assistant: (stopped by a guardrail)",
    ]
    body = json.dumps({"messages": [{"role": "user", "content": "Hi?"}]})
    said = json.dumps({"type": "message", "content": [{"type": "text", "text": "Four."}]})
    assert told_of({"modelId": "m", "body": body}, {"body": said}) == ["user: Hi?", "assistant: Four."]


def test_llamaindex() -> None:
    blocks = [
        {"block_type": "text", "text": "Hi?"},
        {"block_type": "image", "url": "https://x.test/a.png", "image": None},
    ]
    call = {"block_type": "tool_call", "tool_call_id": "c1", "tool_name": "f", "tool_kwargs": {"a": 1}}
    kwargs = {"tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": '{"a": 1}'}, "type": "function"}]}
    said = {"message": {"role": "assistant", "blocks": [call], "additional_kwargs": kwargs}, "raw": {}}
    assert told_of({"messages": [{"role": "user", "blocks": blocks}]}, said) == [
        "user: Hi?",
        "user: [image https://x.test/a.png]",
        'assistant: call f {"a": 1}',
    ]
    made = [{"tool_name": "f", "tool_kwargs": {"a": 1}, "tool_id": "c1"}]
    answer = {"role": "assistant", "blocks": [{"block_type": "text", "text": "Four."}]}
    assert told_of({"user_msg": "Hi?"}, {"result": {"response": answer, "tool_calls": made}}) == [
        "user: Hi?",
        'assistant: call f {"a": 1}',
        "assistant: Four.",
    ]
    nodes = [{"node": {"text": "In the shed.", "metadata": {"file_name": "oil.md"}}, "score": 0.5}]
    assert told_of({"str_or_query_bundle": {"query_str": "Oil?"}}, {"response": "Shed.", "source_nodes": nodes}) == [
        "user: Oil?",
        "sources: document In the shed. (oil.md, 0.5)",
        "assistant: Shed.",
    ]


def test_haystack_generators() -> None:
    calls = [{"tool_call": {"tool_name": "f", "arguments": {"a": 1}, "id": "c1"}}]
    result = {
        "tool_call_result": {
            "result": "four",
            "origin": {"tool_name": "f", "arguments": {}, "id": "c1"},
            "error": False,
        }
    }
    messages = [
        {"role": "user", "content": [{"text": "Hi?"}]},
        {"role": "assistant", "content": calls},
        {"role": "tool", "content": [result]},
    ]
    assert told_of({"messages": messages}, {"replies": [{"role": "assistant", "content": [{"text": "Four."}]}]}) == [
        "user: Hi?",
        'assistant: call f {"a": 1}',
        "tool f: four",
        "assistant: Four.",
    ]
    assert told_of({"prompt": "Hi?"}, {"replies": ["Four."]}) == ["user: Hi?", "assistant: Four."]


def test_vercel_ai() -> None:
    messages = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Hi?"}, {"type": "image", "image": "https://x.test/a.png"}],
        },
        {
            "role": "assistant",
            "content": [{"type": "tool-call", "toolCallId": "c1", "toolName": "f", "input": {"a": 1}}],
        },
        {
            "role": "tool",
            "content": [
                {
                    "type": "tool-result",
                    "toolCallId": "c1",
                    "toolName": "f",
                    "output": {"type": "error-text", "value": "no"},
                }
            ],
        },
    ]
    calls = json.dumps([{"toolCallId": "c2", "toolName": "g", "input": '{"b": 2}'}])
    assert told_of({"messages": messages}, {"text": "So.", "toolCalls": calls, "finishReason": "tool-calls"}) == [
        "user: Hi?",
        "user: [image https://x.test/a.png]",
        'assistant: call f {"a": 1}',
        "tool f failed: no",
        "assistant: So.",
        'assistant: call g {"b": 2}',
    ]
    made = told_of(
        {"system": "S", "prompt": "Hi?"}, {"name": "Mira", "n": 2}, attributes={"ai.operationId": "ai.generateObject"}
    )
    assert made == ["system: S", "user: Hi?", 'output: {"name": "Mira", "n": 2}']


def test_otel_genai_parts() -> None:
    asked = [
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "Hi?"},
                {"type": "uri", "modality": "image", "uri": "https://x.test/a.png"},
                {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "UklGRgAA"},
                {"type": "file", "modality": "image", "file_id": "file-1"},
            ],
        },
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"a": 1}'}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": {"n": 4}}]},
    ]
    said = [
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "Hm."}, {"type": "text", "content": "Four."}]}
    ]
    attributes = {"gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}]}
    expected = [
        "system: Be brief.",
        "user: Hi?",
        "user: [image https://x.test/a.png]",
        "user: [audio/wav 6 B]",
        "user: [image file-1]",
        'assistant: call f {"a": 1}',
        'tool f: {"n": 4}',
        "assistant: thinks Hm.",
        "assistant: Four.",
    ]
    assert told_of(asked, said, attributes=attributes) == expected
    raw = {"gen_ai.input.messages": json.dumps(asked), "gen_ai.output.messages": json.dumps(said)}
    assert told_of(attributes={**attributes, **raw}) == expected


def test_openinference_and_traceloop_attributes() -> None:
    flat = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "Hi?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://x.test/a.png",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
    }
    assert told_of(attributes=flat) == ["user: Hi?", "user: [image https://x.test/a.png]", 'assistant: call f {"a": 1}']
    loop = {
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be brief.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "Hi?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.tool_calls.0.name": "f",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"a": 1}',
    }
    assert told_of("Be brief.", attributes=loop) == ["system: Be brief.", "user: Hi?", 'assistant: call f {"a": 1}']
    found = {"retrieval.documents.0.document.content": "In the shed.", "retrieval.documents.0.document.score": 0.5}
    root, search = span("Oil?", "Shed."), span(number=2, parent=1, type="RETRIEVER", name="bm25", attributes=found)
    assert told(trace_of(root, search))[1] == "documents (bm25): document In the shed. (0.5)"


def test_entities_are_taken_out_of_their_frames() -> None:
    framed = {"inputs": {"messages": [["user", "Hi?"]]}, "tags": [], "metadata": {}, "kwargs": {"name": "LangGraph"}}
    said = {"outputs": {"messages": [{"type": "ai", "content": "Four."}]}, "kwargs": {"tags": []}}
    entity = {"traceloop.entity.input": json.dumps(framed), "traceloop.entity.output": json.dumps(said)}
    assert told_of(attributes=entity) == ["user: Hi?", "assistant: Four."]
    assert told_of({"args": [], "kwargs": {"q": "Hi?"}}, "Four.") == ["input (q): Hi?", "output: Four."]


def test_messages_that_older_mlflow_copied_beside_the_sides() -> None:
    messages = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Four."}]
    assert told_of(attributes={"mlflow.chat.messages": messages}) == ["user: Hi?", "assistant: Four."]


def test_spring_ai_and_details_events() -> None:
    events = [
        {"name": "gen_ai.content.prompt", "attributes": {"gen_ai.prompt": "Hi?"}},
        {"name": "gen_ai.content.completion", "attributes": {"gen_ai.completion": '["Four."]'}},
    ]
    assert told_of(events=events) == ["user: Hi?", "assistant: Four."]
    details = {
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hi?"}]}]),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Four."}]}]),
    }
    events = [{"name": "gen_ai.client.inference.operation.details", "attributes": details}]
    assert told_of(events=events) == ["user: Hi?", "assistant: Four."]
    body = [{"name": "gen_ai.choice", "attributes": {"index": 0, "message": {"role": "assistant", "content": "Four."}}}]
    asked = [{"name": "gen_ai.user.message", "attributes": {"content": "Hi?"}}]
    assert told_of(events=asked + body) == ["user: Hi?", "assistant: Four."]


def test_livekit_items() -> None:
    items = [
        {"type": "message", "role": "system", "content": ["Be brief."]},
        {"type": "message", "role": "user", "content": ["Hi?"]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "four", "is_error": False},
    ]
    assert told_of({"items": items}, "Four.", type="LLM") == [
        "system: Be brief.",
        "user: Hi?",
        'assistant: call f {"a": 1}',
        "tool f: four",
        "assistant: Four.",
    ]


def test_dspy_language_models() -> None:
    assert told_of({"prompt": None, "messages": [{"role": "user", "content": "Hi?"}]}, ["Four."]) == [
        "user: Hi?",
        "assistant: Four.",
    ]
    said = [{"text": "Four.", "reasoning_content": "Hm."}]
    assert told_of({"prompt": "Hi?"}, said) == ["user: Hi?", "assistant: thinks Hm.", "assistant: Four."]


def test_a_tool_s_answer_keeps_what_is_beside_its_text() -> None:
    found = [{"text": "In the shed.", "id": 3}]
    messages = [{"role": "user", "content": "Oil?"}, {"role": "tool", "tool_call_id": "c1", "content": {"hits": found}}]
    assert told_of({"messages": messages})[1] == 'tool: {"hits": [{"text": "In the shed.", "id": 3}]}'
    parts = [{"functionResponse": {"name": "f", "response": {"result": found}}}]
    assert told_of({"contents": [{"role": "user", "parts": parts}]})[0] == f"tool f: {json.dumps({'result': found})}"
