from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from labeler.tui.theme import ROLES, Palette, Theme, ThemeError, load_theme, theme_names
from tests.tui.theme.contrast import contrast
from tests.tui.theme.layers import BUILT_IN, layered


def unreadable(palette: Palette, least: float) -> list[tuple[tuple[str, ...], float]]:
    found = []
    for roles in layered():
        look = palette.look(*roles)
        assert look.color is not None
        assert look.background is not None
        ratio = contrast(look.color, look.background)
        if ratio < least:
            found.append((roles, round(ratio, 2)))
    return found


def written(folder: Path, name: str, text: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return [folder]


def test_four_themes_come_with_labeler() -> None:
    assert theme_names() == list(BUILT_IN)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_text_of_every_theme_can_be_read(name: str) -> None:
    assert unreadable(load_theme(name).palette, 7 if name == "high-contrast" else 4.5) == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_response_is_brighter_than_the_request_and_that_than_what_is_secondary(name: str) -> None:
    palette = load_theme(name).palette
    ratios = [
        contrast(palette.look(tone).color or "", palette.background) for tone in ("answer", "request", "text", "dim")
    ]
    assert ratios[0] >= ratios[1] > ratios[2] > ratios[3]


@pytest.mark.parametrize("name", BUILT_IN)
async def test_textual_can_wear_every_theme_and_knows_every_role(name: str) -> None:
    theme = load_theme(name)

    class Wearing(App[None]):
        CSS = "Static { color: $look-role-user; background: $look-selection; border: round $look-rule; }"

        def compose(self) -> ComposeResult:
            yield Static("text")
            yield Input("text")

        def get_css_variables(self) -> dict[str, str]:
            return super().get_css_variables() | theme.textual().variables

    app = Wearing()
    app.register_theme(theme.textual())
    async with app.run_test() as pilot:
        app.theme = name
        await pilot.pause()
        assert app.query_one(Static).styles.color.hex.lower() == theme.palette.look("role.user").color
        assert {f"look-{role.replace('.', '-')}" for role in ROLES} <= set(theme.textual().variables)


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_stands_out_does_so_without_colour(name: str) -> None:
    """With NO_COLOR only attributes and brightness are left."""
    palette = load_theme(name).palette
    assert palette.look("text", "strong").bold
    assert palette.look("text", "emphasis").italic
    assert palette.look("text", "heading").bold
    assert palette.look("text", "link").underline
    assert palette.look("text", "search.match").underline
    assert palette.look("text", "search.current").bold
    assert palette.look("row", "row.cursor").bold
    assert palette.look("chrome", "option.chosen").bold


def test_a_theme_of_the_users_may_change_two_colours_of_another(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "mine",
        'inherits = "harbour-dark"\n[colors]\nbackground = "#000"\n[roles]\n"role.user" = "bold #FFF on #123456"',
    )
    mine, base = load_theme("mine", folder), load_theme("harbour-dark")
    assert mine.colors["background"] == "#000000"
    assert mine.colors["primary"] == base.colors["primary"]
    look = mine.palette.look("role.user")
    assert (look.color, look.background, look.bold) == ("#ffffff", "#123456", True)
    assert mine.palette.look("role.tool").color == base.palette.look("role.tool").color
    assert theme_names(folder) == [*BUILT_IN, "mine"]


def test_a_theme_of_the_users_may_build_on_the_one_whose_name_it_takes(tmp_path: Path) -> None:
    folder = written(tmp_path, "harbour-dark", 'inherits = "harbour-dark"\n[roles]\nanswer = "#ffffff"')
    assert load_theme("harbour-dark", folder).palette.look("answer").color == "#ffffff"
    assert load_theme("harbour-dark", folder).colors == load_theme("harbour-dark").colors


def test_a_role_left_out_looks_like_its_parent(tmp_path: Path) -> None:
    colors = 'dark = true\n[colors]\nprimary = "#00ff00"\nforeground = "#cccccc"\nbackground = "#000000"\n'
    folder = written(tmp_path, "bare", colors + '[roles]\ncode = "#aabbcc"')
    palette = load_theme("bare", folder).palette
    assert palette.look("code.keyword").color == "#aabbcc"
    assert palette.look("answer").color == "#cccccc"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colours = {}", "mine.toml: unknown key colours; did you mean colors?"),
        ("[colors]\nbackgroud = '#000000'", "mine.toml: unknown key colors.backgroud; did you mean background?"),
        ("[colors]\nprimary = 'blue'", "mine.toml: colors.primary: 'blue' is no colour; write it as #rrggbb"),
        ("[colors]\nprimary = 3", "mine.toml: colors.primary is 3; write text in quotes"),
        ("[colors]\nprimary = '#00ff00'", "mine.toml: colors.foreground is missing"),
        ("dark = 'yes'", "mine.toml: dark is 'yes'; write true or false"),
        (
            "inherits = 'harbor-dark'",
            "mine.toml: inherits: There is no theme 'harbor-dark'; did you mean harbour-dark?",
        ),
        (
            "inherits = 'harbour-dark'\n[roles]\nanswr = '#000000'",
            "mine.toml: unknown key roles.answr; did you mean answer?",
        ),
        ("inherits = 'harbour-dark'\n[roles]\nanswer = 'bold #12'", "mine.toml: roles.\"answer\": '#12' is no colour"),
        (
            "inherits = 'harbour-dark'\n[roles]\nanswer = 'loud'",
            "mine.toml: roles.\"answer\": 'loud' is neither a colour",
        ),
        ("inherits = 'harbour-dark'\n[roles]\nanswer = '#000000 on'", "mine.toml: roles.\"answer\": '' is no colour"),
        ("inherits = 'harbour-dark'\n[roles]\nrole.user = '#000000'", 'put dotted names in quotes: "role.user"'),
        ("roles = 1\ninherits = 'harbour-dark'", "mine.toml: roles is 1; it has to be a table, [roles]"),
        ("not toml", "mine.toml: not valid TOML"),
        ("inherits = 'mine'", "mine.toml: inherits: There is no theme 'mine'"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said_before_textual_sees_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ThemeError) as raised:
        load_theme("mine", written(tmp_path, "mine", text))
    assert says in str(raised.value)


def test_an_unknown_theme_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ThemeError, match="There is no theme 'night watch'; did you mean night-watch"):
        load_theme("night watch")
    with pytest.raises(ThemeError, match="there are harbour-dark, harbour-light"):
        load_theme("zzz")


def test_the_themes_of_an_installed_labeler_are_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "labeler"
    written(tmp_path / "themes", "outside", "")
    package.mkdir()
    monkeypatch.setattr("labeler.__file__", str(package / "__init__.py"))
    assert theme_names() == ["outside"]
    written(package / "themes", "inside", "")
    assert theme_names() == ["inside"]


def test_a_theme_is_plain_data_until_it_is_worn() -> None:
    theme = load_theme()
    assert isinstance(theme, Theme)
    assert theme.textual().name == "harbour-dark"
    assert theme.about
