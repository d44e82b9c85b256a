import pytest

from tests.reading.told import told_of

ASKED = {"model": "gpt-5", "instructions": "Be brief.", "input": "Hi?"}
ITEMS = [
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look it up."}]},
    {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a": 1}'},
    {"type": "function_call_output", "call_id": "c1", "output": "four"},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Four."}]},
]
TOLD = ["assistant: thinks Look it up.", 'assistant: call f {"a": 1}', "tool f: four", "assistant: Four."]


def test_items_of_either_side() -> None:
    assert told_of(ASKED, {"object": "response", "output": ITEMS}) == ["system: Be brief.", "user: Hi?", *TOLD]
    asked = {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi?"}]}, *ITEMS]}
    done = {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Bye."}]}]}
    assert told_of(asked, done) == ["user: Hi?", *TOLD, "assistant: Bye."]


def test_bare_lists_of_items_as_the_agents_sdk_logs_them() -> None:
    assert told_of([{"role": "user", "content": "Hi?"}], ITEMS) == ["user: Hi?", *TOLD]


def test_tools_that_the_provider_runs() -> None:
    output = [
        {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "tides"}},
        {
            "type": "file_search_call",
            "id": "s",
            "queries": ["oil"],
            "results": [{"filename": "oil.md", "text": "In the shed.", "score": 0.9}],
        },
        {"type": "code_interpreter_call", "id": "i", "code": "2+2", "outputs": [{"type": "logs", "logs": "4"}]},
        {"type": "mcp_call", "id": "m", "name": "ask", "arguments": '{"q": 1}', "output": "yes"},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ]
    assert told_of("Hi?", {"output": output})[1:] == [
        'assistant: call web_search {"type": "search", "query": "tides"}',
        'assistant: call file_search {"queries": ["oil"]}',
        "tool file_search: document In the shed. (oil.md, 0.9)",
        'assistant: call code_interpreter {"code": "2+2"}',
        "tool code_interpreter: 4",
        'assistant: call ask {"q": 1}',
        "tool ask: yes",
        "assistant: (refused by the model)",
        "assistant: No.",
    ]


def test_failed_and_incomplete_responses_say_so() -> None:
    failed = {"object": "response", "output": [], "error": {"code": "server_error", "message": "Sorry."}}
    assert told_of(ASKED, failed)[-1] == "assistant: error server_error: Sorry."
    cut = {"output": ITEMS[-1:], "incomplete_details": {"reason": "max_output_tokens"}}
    assert told_of(ASKED, cut)[-2:] == ["assistant: Four.", "assistant: (incomplete: max_output_tokens)"]


QUESTION = {"role": "user", "content": "Is the mill open?"}
CALL = {"type": "function_call", "call_id": "c1", "name": "mill", "arguments": '{"which": "upper"}'}
OTHER = {"type": "function_call", "call_id": "c2", "name": "mill", "arguments": '{"which": "lower"}', "status": "done"}
ANSWERS = [{"type": "function_call_output", "call_id": f"c{n}", "output": f"mill {n} is shut"} for n in (1, 2)]
SPOKEN = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Both are shut."}]}
WHOLE = [QUESTION, CALL, OTHER, *ANSWERS, SPOKEN]


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ([QUESTION], WHOLE),
        ([QUESTION, CALL], [QUESTION, CALL | {"id": "fc_1", "status": "completed"}, *WHOLE[2:]]),
        (WHOLE[:-1], [SPOKEN]),
        (WHOLE[:-1], SPOKEN),
        (WHOLE[:-1], WHOLE),
        ({"input": WHOLE[:2]}, WHOLE),
        (WHOLE, WHOLE),
    ],
)
@pytest.mark.parametrize("named", [None, "openai-agent", "openai"])
def test_bare_lists_of_items_are_said_once_whether_or_not_their_format_is_named(
    inputs: object, outputs: object, named: str | None
) -> None:
    attributes = {"mlflow.message.format": named} if named else {}
    assert told_of(inputs, outputs, type="AGENT", attributes=attributes) == [
        "user: Is the mill open?",
        'assistant: call mill {"which": "upper"}',
        'assistant: call mill {"which": "lower"}',
        "tool mill: mill 1 is shut",
        "tool mill: mill 2 is shut",
        "assistant: Both are shut.",
    ]
