"""The one command runs everything that has a figure: no run can be left out of it unseen."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.reliability.__main__ import SUBJECTS

HERE = Path(__file__).parent


def test_every_run_is_a_subject_of_the_one_command_and_documented() -> None:
    modules = {path.stem: ast.parse(path.read_text()) for path in HERE.glob("*.py") if path.stem != "__main__"}
    runs = {name.replace("_", "-") for name, module in modules.items() if takes_arguments(module)}
    assert runs == SUBJECTS.keys()
    command = (HERE.parents[1] / "docs" / "reliability.md").read_text().split("```")[1]
    listed = command.partition("or one of: ")[2].replace("#", "")
    assert {each.strip() for each in listed.split(",")} == SUBJECTS.keys()


def takes_arguments(module: ast.Module) -> bool:
    """Return whether a module has the `main(arguments)` of a subject."""
    mains = [each for each in module.body if isinstance(each, ast.FunctionDef) and each.name == "main"]
    return any(argument.arg == "arguments" for main in mains for argument in main.args.args)
