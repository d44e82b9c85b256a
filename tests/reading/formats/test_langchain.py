from tests.reading.told import told_of

CALL = {"name": "f", "args": {"a": 1}, "id": "c1", "type": "tool_call"}
MESSAGES = [
    {"type": "system", "content": "Be brief."},
    {"type": "human", "content": "Hi?"},
    {"type": "ai", "content": "", "tool_calls": [CALL], "invalid_tool_calls": []},
    {"type": "tool", "content": "four", "name": "f", "tool_call_id": "c1", "status": "error"},
    {"type": "ai", "content": [{"type": "text", "text": "Four."}], "tool_calls": []},
]
TOLD = ["system: Be brief.", "user: Hi?", 'assistant: call f {"a": 1}', "tool f failed: four", "assistant: Four."]


def test_a_graph_state_holds_the_whole_conversation() -> None:
    assert told_of({"messages": [{"role": "user", "content": "Hi?"}]}, {"messages": MESSAGES}) == TOLD
    assert told_of({"messages": [["user", "Hi?"]]}, {"messages": MESSAGES}) == TOLD
    state = {"messages": MESSAGES, "structured_response": {"n": 4}, "remaining_steps": 20}
    assert told_of({"messages": MESSAGES[1:2]}, state) == [*TOLD, 'assistant: structured_response = {"n": 4}']


def test_every_serialised_form_of_a_message() -> None:
    dumped = [
        [
            {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": fields}
            for name, fields in [
                ("SystemMessage", {"content": "Be brief.", "type": "system"}),
                ("HumanMessage", {"content": "Hi?"}),
            ]
        ]
    ]
    answered = {"generations": [[{"text": "Four.", "message": {"type": "ai", "data": {"content": "Four."}}}]]}
    assert told_of({"messages": dumped}, answered) == ["system: Be brief.", "user: Hi?", "assistant: Four."]
    assert told_of("Hi?", {"generations": [[{"text": "Four."}]]}) == ["input: Hi?", "assistant: Four."]
    assert told_of(MESSAGES[:2], {"content": "Four.", "type": "AIMessageChunk"})[-1] == "assistant: Four."


def test_node_updates_and_streamed_steps() -> None:
    update: list[object] = [{"graph": None, "update": {"messages": MESSAGES[4:]}, "goto": []}]
    assert told_of({"messages": MESSAGES[1:2]}, update) == ["user: Hi?", "assistant: Four."]
    steps = [{"agent": {"messages": MESSAGES[2:3]}}, {"tools": {"messages": MESSAGES[3:4]}}]
    assert told_of({"messages": MESSAGES[1:2]}, [*steps, {"agent": {"messages": MESSAGES[4:]}}]) == TOLD[1:]


def test_content_blocks_of_any_vendor_are_not_said_twice() -> None:
    content = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
    ]
    spoken = {"type": "ai", "content": content, "tool_calls": [CALL]}
    assert told_of({"messages": MESSAGES[1:2]}, {"messages": [spoken]})[1:] == [
        "assistant: thinks Hm.",
        'assistant: call f {"a": 1}',
    ]


def test_an_agent_executor_s_steps() -> None:
    steps = [[{"tool": "f", "tool_input": {"a": 1}, "log": "Calling f"}, "four"]]
    assert told_of({"input": "Hi?"}, {"input": "Hi?", "output": "Four.", "intermediate_steps": steps}) == [
        "user: Hi?",
        'assistant: call f {"a": 1}',
        "tool f: four",
        "assistant: Four.",
    ]


def test_a_retrieval_chain_shows_its_documents() -> None:
    output = {
        "input": "Oil?",
        "context": [{"page_content": "In the shed.", "metadata": {"source": "oil.md"}}],
        "answer": "Shed.",
    }
    assert told_of({"input": "Oil?"}, output) == [
        "user: Oil?",
        "output (answer): document In the shed. (oil.md)",
        "output (answer): Shed.",
    ]


def test_non_message_state_is_fields_and_what_a_node_hands_on_is_said_once() -> None:
    assert told_of({"topic": "bees", "n": 2}, {"topic": "bees", "jokes": ["a", "b"]}, name="LangGraph") == [
        "input: topic = bees",
        "input: n = 2",
        'output: jokes = ["a", "b"]',
    ]
