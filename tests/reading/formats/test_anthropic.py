from tests.reading.told import told_of

ASKED = {
    "model": "claude",
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [{"role": "user", "content": "Hi?"}],
}


def test_blocks() -> None:
    content = [
        {"type": "thinking", "thinking": "Hm.", "signature": "x"},
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "text", "text": "Let me see.", "citations": [{"cited_text": "so", "document_title": "Notes"}]},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}},
    ]
    assert told_of(ASKED, {"type": "message", "role": "assistant", "content": content, "stop_reason": "tool_use"}) == [
        "system: Be brief.",
        "user: Hi?",
        "assistant: thinks Hm.",
        "assistant: (reasoning that the provider did not disclose)",
        "assistant: Let me see.",
        "assistant: (cites Notes: so)",
        'assistant: call f {"a": 1}',
    ]


def test_results_media_and_documents_in_one_message() -> None:
    content = [
        {"type": "tool_result", "tool_use_id": "t1", "content": "rope stuck", "is_error": True},
        {"type": "tool_result", "tool_use_id": "t2", "content": [{"type": "text", "text": "rang"}]},
        {"type": "tool_result", "tool_use_id": "t3"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
        {
            "type": "document",
            "title": "Notice",
            "source": {"type": "text", "media_type": "text/plain", "data": "Shut."},
        },
        {"type": "text", "text": "And now?"},
    ]
    calls = [{"type": "tool_use", "id": f"t{n}", "name": "bell", "input": {}} for n in (1, 2, 3)]
    messages = [{"role": "assistant", "content": calls}, {"role": "user", "content": content}]
    assert told_of({"messages": messages}, {"type": "message", "content": [{"type": "text", "text": "Fine."}]})[3:] == [
        "tool bell failed: rope stuck",
        "tool bell: rang",
        "tool bell: (no content)",
        "user: [image/png 8 B]",
        "user: [image https://x.test/a.png]",
        "user: [application/pdf 5 B]",
        "user: document Shut. (Notice)",
        "user: And now?",
        "assistant: Fine.",
    ]


def test_events_of_a_stream_are_put_together() -> None:
    events = [
        {"type": "message_start", "message": {}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "He"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "llo"}},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        },
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'}},
    ]
    assert told_of(ASKED, events)[2:] == ["assistant: Hello", 'assistant: call f {"a": 1}']
