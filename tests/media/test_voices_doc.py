"""docs/voices.md speaks of the model that is really used."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

from bot.media.voice.engine import Hibari

PAGE = (Path(__file__).parent.parent.parent / "docs" / "voices.md").read_text(encoding="utf-8")


def test_the_version_read_through_and_its_model_are_those_installed() -> None:
    version = metadata.version("hibari-tts")
    assert f"hibari-tts {version}" in PAGE
    assert version in Hibari.name
    (model,) = (file for file in metadata.files("hibari-tts") or () if file.name == "hibari.onnx")
    assert hashlib.sha256(Path(model.locate()).read_bytes()).hexdigest() in PAGE


def test_the_notices_that_the_page_points_to_are_there() -> None:
    files = {file.name: file for file in metadata.files("hibari-tts") or ()}
    assert "Apache License" in Path(files["LICENSE"].locate()).read_text(encoding="utf-8")
    assert "Kokoro-82M" in Path(files["NOTICE"].locate()).read_text(encoding="utf-8")
