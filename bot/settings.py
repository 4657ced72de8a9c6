"""What the operator has chosen: the EASEBACK_… settings. The only reader of the environment and of the file `.env`."""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "EASEBACK_"
HOUSE = Path(__file__).resolve().parents[1]
"""Where the code lies; a path in a setting that is not absolute starts here, wherever the bot is started from."""
TELEGRAM = "https://api.telegram.org"
SHAPE = r"[0-9]{1,20}:[A-Za-z0-9_-]{20,}"
"""Of a token."""
DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY")


class BadSettings(Exception):
    """Settings that can't be used. Its text is for the operator: a line each, which setting, why, what to write."""


def _token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(SHAPE, secret.get_secret_value()):
        raise ValueError
    return secret


def _numbers(listed: object) -> object:
    return listed.replace(",", " ").split() if isinstance(listed, str) else listed


def _trimmed(address: str) -> str:
    return address.rstrip("/")


def _placed(path: Path) -> Path:
    return HOUSE / path.expanduser()


def _fernet_keys(keys: SecretStr) -> SecretStr:
    for key in keys.get_secret_value().split(","):
        Fernet(key.strip())
    return keys


def _lower(word: object) -> object:
    return word.lower() if isinstance(word, str) else word


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError
    return path


class Settings(BaseSettings):
    """The settings, checked. A field's description ends the sentence "Write …", shown when its value can't be used."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        None, description="it as BotFather shows it: digits, a colon, about 35 letters and digits"
    )
    operator: str | None = Field(None, description="the name of who runs this bot, for /privacy")
    contact: str | None = Field(None, description="where people reach you, for /privacy: a mail address, for example")
    allow: Annotated[frozenset[Annotated[int, Field(gt=0)]], NoDecode, BeforeValidator(_numbers)] = Field(
        frozenset(), description="people's Telegram numbers with commas between: 123456, 234567"
    )
    content: Annotated[Path, AfterValidator(_placed), AfterValidator(_folder)] = Field(
        HOUSE / "content", description="the path of a folder made like `content`"
    )
    data_dir: Annotated[Path, AfterValidator(_placed)] = Field(
        HOUSE / "data", description="the path of a folder that the bot may write to"
    )
    database_url: Annotated[str, Field(pattern=r"^\w+(\+\w+)?://")] | None = Field(
        None,
        repr=False,  # it may hold a password
        description="an address such as postgresql://easeback:password@host/easeback, or sqlite:////srv/easeback.db",
    )
    key: Annotated[SecretStr, AfterValidator(_fernet_keys)] | None = Field(
        None, description="one key of 44 characters, or several with commas between, the newest first"
    )
    api_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$"), AfterValidator(_trimmed)] = Field(
        TELEGRAM, description="the address of a Bot API server: http(s)://host:port"
    )
    speed: float = Field(1, ge=1, le=60, allow_inf_nan=False, description="a number from 1 to 60; 1 is real time")
    rate: float = Field(
        25, ge=1, le=30, allow_inf_nan=False, description="a number from 1 to 30, the most messages in a second"
    )
    log: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="debug, info, warning or error"
    )

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None, env_file: Path | None = HOUSE / ".env") -> Self:
        """Read them from the environment (`env`, else the process's), which goes before the file.

        An empty value counts as left out. Raises BadSettings.
        """
        file = _read(env_file)
        if faults := list(filter(None, map(_fault, file.env_vars))):
            raise BadSettings("\n".join(faults))
        environment = {name.lower(): value for name, value in (os.environ if env is None else env).items()}
        given = {**file.env_vars, **environment}
        file.env_vars = {name: value for name, value in given.items() if value and value.strip()}
        try:
            return cls(**file())
        except ValidationError as error:
            raise BadSettings("\n".join(dict.fromkeys(map(_sentence, error.errors())))) from None

    @property
    def home(self) -> Path:
        """The folder of this bot's data. The local chat's is inside it, so that the two never share a database."""
        return self.data_dir if self.token else self.data_dir / "local"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may say: the token and its second half, each key, the database's password."""
        token = self.token.get_secret_value() if self.token else ""
        keys = self.key.get_secret_value().split(",") if self.key else []
        found = re.search(r"://[^/:@]*:([^/@]+)@", self.database_url or "")
        password = found[1] if found else ""
        known = (token, token.partition(":")[2], *(key.strip() for key in keys), password, unquote(password))
        return tuple(dict.fromkeys(filter(None, known)))

    @property
    def on_telegram(self) -> bool:
        """Do we speak with Telegram itself?"""
        return self.token is not None and urlsplit(self.api_url).hostname == urlsplit(TELEGRAM).hostname

    @model_validator(mode="after")
    def _fit_for_telegram(self) -> Self:
        if self.on_telegram and self.speed != 1:
            raise ValueError(
                "EASEBACK_SPEED is for the local chat and for tests: people on Telegram live at 1. Leave it out."
            )
        if self.on_telegram and not (self.operator and self.contact):
            raise ValueError(
                "EASEBACK_OPERATOR and EASEBACK_CONTACT belong to a bot on Telegram: people may ask it who runs it."
                " Write your name, and where people reach you."
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what they are made with: only `load` looks around."""
        return (init_settings,)


def leave_environment() -> None:
    """Take our settings out of the environment: what is started from here, a browser say, inherits no secret."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[name]


def has_desktop(env: Mapping[str, str] | None = None) -> bool:
    """Is there a desktop that can show a page? (A desktop is not a setting, but it is told by the environment.)"""
    found = os.environ if env is None else env
    return sys.platform in ("darwin", "win32") or any(found.get(name) for name in DESKTOPS)


def name_of(field: str) -> str:
    """The setting's name, as people write it."""
    return PREFIX + field.upper()


def _read(file: Path | None) -> DotEnvSettingsSource:
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
    except (OSError, UnicodeDecodeError):
        raise BadSettings(f"{file} can't be read. It must be a text file (UTF-8) that belongs to you.") from None
    for line in lines:
        name, equals, _ = line.strip().removeprefix("export ").partition("=")
        if name.startswith(PREFIX) and not equals:
            raise BadSettings(f"{file} has a line that begins with {name.split()[0]} and has no “=”. Write NAME=value.")
    return DotEnvSettingsSource(Settings, env_file=file, dotenv_filtering="match_prefix")


def _fault(name: str) -> str | None:
    """A name in the file that is none of ours, but looks like it was meant to be."""
    near = difflib.get_close_matches(name.upper(), map(name_of, Settings.model_fields), 1, cutoff=0.85)
    fault = near and not name.startswith(PREFIX.lower())
    return f"{name.upper()} is no setting of Easeback. Did you mean {near[0]}?" if fault else None


def _sentence(error: ErrorDetails) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"])
    field, name = str(error["loc"][0]), name_of(str(error["loc"][0]))
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(field, Settings.model_fields, 1)
        more = f"Did you mean {name_of(near[0])}?" if near else "All of them are in .env.example."
        return f"{name} is no setting of Easeback. {more}"
    about = Settings.model_fields[field]
    if "SecretStr" in str(about.annotation) or not about.repr:
        return f"{name} can't be used. Write {about.description}."
    value = re.sub(SHAPE, "(a token)", str(error["input"]))  # it may have been pasted into the wrong line
    return f"{name} can't be “{value}”. Write {about.description}."
