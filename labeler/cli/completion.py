"""Print a completion script for a shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from labeler.cli.exit_code import ExitCode

_INSTALL = {
    "bash": "labeler completion bash > ~/.local/share/bash-completion/completions/labeler",
    "zsh": "labeler completion zsh > a file _labeler in a directory of $fpath",
    "fish": "labeler completion fish > ~/.config/fish/completions/labeler.fish",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `labeler completion` takes."""
    parser.add_argument("shell", choices=tuple(_INSTALL))


def run(arguments: argparse.Namespace) -> ExitCode:
    """Print the script, generated from the command line as it is."""
    from labeler.cli.command_line import build_parser

    words = dict(_words(build_parser()))
    print(f"# labeler. To install: {_INSTALL[arguments.shell]}")
    print({"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell](words))
    return ExitCode.OK


def _words(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """For each command path (``outbox retry``; empty for labeler itself) what can follow: commands and options."""
    words: list[str] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                words.append(name)
                yield from _words(inner, (*path, name))
        else:
            words += [option for option in action.option_strings if option.startswith("--")]
            words += [str(choice) for choice in action.choices or () if not action.option_strings]
    yield " ".join(path), words


def _bash(words: dict[str, list[str]]) -> str:
    return f"""\
_labeler() {{
    local path= word words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case " {" ".join(path.split()[-1] for path in words if path)} " in
            *" $word "*) path="${{path:+$path }}$word" ;;
        esac
    done
    case "$path" in
{_cases(words)}
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [[ ${{#COMPREPLY[@]}} -eq 0 ]] && COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o filenames -F _labeler labeler"""


def _zsh(words: dict[str, list[str]]) -> str:
    return f"""\
#compdef labeler
autoload -U +X bashcompinit && bashcompinit
{_bash(words)}"""


def _fish(words: dict[str, list[str]]) -> str:
    lines = []
    for path, follow in words.items():
        *_, last = ("", *path.split())
        seen = f"__fish_seen_subcommand_from {last}" if last else "__fish_use_subcommand"
        lines += [f"complete -c labeler -n '{seen}' -l {word[2:]}" for word in follow if word.startswith("--")]
        plain = " ".join(word for word in follow if not word.startswith("--"))
        if plain:
            lines.append(f"complete -c labeler -n '{seen}' -a '{plain}'")
    return "\n".join(lines)


def _cases(words: dict[str, list[str]]) -> str:
    return "\n".join(f'        "{path}") words="{" ".join(follow)}" ;;' for path, follow in words.items())
