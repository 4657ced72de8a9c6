"""Settings: what an operator writes, and what they are told. Reads `.env.example`, writes `.env` files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import HOUSE, BadSettings, Settings, has_desktop, name_of

TOKEN = "123456789:AAExample_this_is_not_a_real_token-00"
REAL = {"EASEBACK_TOKEN": TOKEN, "EASEBACK_OPERATOR": "Ada", "EASEBACK_CONTACT": "ada@example.org"}
EXAMPLE = (HOUSE / ".env.example").read_text(encoding="utf-8")


def load(**env: str) -> Settings:
    """Settings from these alone."""
    return Settings.load(env, None)


def refused(env: dict[str, str], file: Path | None = None) -> str:
    """What the operator is told."""
    with pytest.raises(BadSettings) as refusal:
        Settings.load(env, file)
    return str(refusal.value)


def env_file(folder: Path, text: str) -> Path:
    """A file as the operator wrote it."""
    file = folder / ".env"
    file.write_text(text, encoding="utf-8")
    return file


def test_with_nothing_set_it_is_the_local_chat_with_data_of_its_own() -> None:
    settings = load()
    assert settings.token is None
    assert settings.home == HOUSE / "data" / "local"
    assert settings.content == HOUSE / "content"
    assert not settings.on_telegram


def test_a_real_bot_never_shares_its_data_with_the_local_chat() -> None:
    settings = load(**REAL)
    assert settings.on_telegram
    assert settings.home == HOUSE / "data" != load().home


def test_all_can_be_set() -> None:
    keys = f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}"
    settings = load(
        **REAL,
        EASEBACK_ALLOW="1, 22,333",
        EASEBACK_DATA_DIR="/srv/easeback",
        EASEBACK_DATABASE_URL="sqlite:////srv/easeback.db",
        EASEBACK_KEY=keys,
        EASEBACK_API_URL="http://127.0.0.1:8081/",
        EASEBACK_SPEED="60",
        EASEBACK_RATE="12.5",
        EASEBACK_LOG="WARNING",
    )
    assert settings.allow == {1, 22, 333}
    assert settings.data_dir == Path("/srv/easeback")
    assert settings.api_url == "http://127.0.0.1:8081"
    assert not settings.on_telegram
    assert (settings.speed, settings.rate, settings.log) == (60, 12.5, "warning")
    assert settings.key
    assert settings.key.get_secret_value() == keys


def test_the_environment_goes_before_the_file_and_empty_means_left_out(tmp_path: Path) -> None:
    file = env_file(tmp_path, "export EASEBACK_RATE = 5\nEASEBACK_LOG='debug'\nEASEBACK_SPEED=\n\n# a word\nOTHER=1\n")
    settings = Settings.load({"EASEBACK_RATE": "7", "PATH": "/bin", "EASEBACK_LOG": " "}, file)
    assert (settings.rate, settings.log, settings.speed) == (7, "info", 1)
    assert Settings.load({}, file).rate == 5
    assert Settings.load({}, tmp_path / "nothing").rate == 25


def test_a_relative_path_starts_beside_the_code_wherever_the_bot_is_started_from() -> None:
    assert load(EASEBACK_DATA_DIR="elsewhere").data_dir == HOUSE / "elsewhere"
    assert load(EASEBACK_DATA_DIR="~/elsewhere").data_dir == Path.home() / "elsewhere"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EASEBACK_ALLOW", "@ada"),
        ("EASEBACK_ALLOW", "-5"),
        ("EASEBACK_CONTENT", "no-such-folder"),
        ("EASEBACK_API_URL", "localhost:8081"),
        ("EASEBACK_API_URL", "https://api.telegram.org?x=1"),
        ("EASEBACK_SPEED", "0.5"),
        ("EASEBACK_SPEED", "61"),
        ("EASEBACK_SPEED", "nan"),
        ("EASEBACK_RATE", "fast"),
        ("EASEBACK_RATE", "31"),
        ("EASEBACK_LOG", "loud"),
    ],
)
def test_a_bad_value_is_one_sentence_with_the_setting_the_value_and_what_to_write(name: str, value: str) -> None:
    said = refused({name: value})
    assert said.startswith(f"{name} can't be “{value}”. Write ")
    assert said.count("\n") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EASEBACK_TOKEN", "123456789:short"),
        ("EASEBACK_TOKEN", f"bot{TOKEN}"),
        ("EASEBACK_KEY", "hunter2hunter2"),
        ("EASEBACK_DATABASE_URL", "postgres:hunter2hunter2"),
        ("EASEBACK_ALLOW", TOKEN),
    ],
)
def test_a_secret_is_never_shown_not_even_a_wrong_one_or_one_in_the_wrong_line(name: str, value: str) -> None:
    said = refused({name: value})
    assert said.startswith(name)
    assert value not in said


def test_what_is_printed_of_the_settings_has_no_secret_in_it() -> None:
    key = Fernet.generate_key().decode()
    settings = load(**REAL, EASEBACK_KEY=key, EASEBACK_DATABASE_URL="postgresql://ada:hunter2@db/easeback")
    for secret in (TOKEN, key, "hunter2"):
        assert secret not in f"{settings!r} {settings}"


def test_two_faults_are_told_at_once_a_line_each() -> None:
    said = refused({"EASEBACK_RATE": "x", "EASEBACK_LOG": "y"}).splitlines()
    assert sorted(line.split()[0] for line in said) == ["EASEBACK_LOG", "EASEBACK_RATE"]


def test_a_misspelt_setting_is_not_ignored(tmp_path: Path) -> None:
    for name in ("EASEBACK_TOKN", "EASYBACK_TOKEN"):
        said = refused({}, env_file(tmp_path, f"{name}={TOKEN}\n"))
        assert said == f"{name} is no setting of Easeback. Did you mean EASEBACK_TOKEN?"
    assert refused({"EASEBACK_RATES": "3"}).endswith("Did you mean EASEBACK_RATE?")
    assert refused({"EASEBACK_WEATHER": "3"}).endswith("All of them are in .env.example.")


def test_a_line_without_an_equals_sign_is_not_ignored(tmp_path: Path) -> None:
    said = refused({}, env_file(tmp_path, f"EASEBACK_TOKEN {TOKEN}\n"))
    assert "EASEBACK_TOKEN" in said
    assert "“=”" in said
    assert TOKEN not in said


def test_a_file_that_is_no_text_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"EASEBACK_OPERATOR=\xff\xfe")
    assert "UTF-8" in refused({}, tmp_path / ".env")


def test_telegram_itself_wants_to_know_who_runs_the_bot_and_another_server_does_not() -> None:
    assert "EASEBACK_OPERATOR and EASEBACK_CONTACT" in refused({"EASEBACK_TOKEN": TOKEN, "EASEBACK_OPERATOR": "Ada"})
    assert load(EASEBACK_TOKEN=TOKEN, EASEBACK_API_URL="http://127.0.0.1:8081").token


@pytest.mark.parametrize("address", ["https://api.telegram.org", "https://API.telegram.org/"])
def test_time_on_telegram_itself_can_not_go_faster(address: str) -> None:
    said = refused({**REAL, "EASEBACK_SPEED": "2", "EASEBACK_API_URL": address})
    assert said.startswith("EASEBACK_SPEED")
    assert load(**REAL, EASEBACK_SPEED="2", EASEBACK_API_URL="http://127.0.0.1:8081").speed == 2
    assert load(EASEBACK_SPEED="2").speed == 2


def test_a_desktop_is_known_by_its_display() -> None:
    assert has_desktop({"WAYLAND_DISPLAY": "wayland-0"})
    assert has_desktop({"DISPLAY": ":0"})


def test_the_example_has_every_setting_and_no_other() -> None:
    assert re.findall(r"^# (EASEBACK_\w+)=", EXAMPLE, re.MULTILINE) == [
        name_of(field) for field in Settings.model_fields
    ]


def test_the_example_is_used_by_taking_the_signs_away(tmp_path: Path) -> None:
    settings = Settings.load({}, env_file(tmp_path, re.sub(r"^# (?=EASEBACK_)", "", EXAMPLE, flags=re.MULTILINE)))
    assert settings.operator == "Your name"
    for field in ("content", "data_dir", "api_url", "speed", "rate", "log"):
        assert getattr(settings, field) == Settings.model_fields[field].default, f"{field}: the example is the default"


def test_the_example_sets_nothing_as_it_comes(tmp_path: Path) -> None:
    assert Settings.load({}, env_file(tmp_path, EXAMPLE)) == load()


def test_each_setting_in_the_example_has_two_lines_that_explain_it() -> None:
    for block in EXAMPLE.strip().split("\n\n")[1:]:
        assert re.fullmatch(r"(# .+\n){2}# EASEBACK_\w+=.+", block), block
