"""Files the bot sent, kept in the chat's own database, and their ids. Touches that database.

A path is a key in a table, never a place on a disk: there is nothing it could lead out of.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Container
from dataclasses import dataclass

from bot.localchat.archive import Archive, Json
from bot.localchat.measures import loop_in, picture_size, picture_type
from bot.localchat.ogg import opus_seconds
from bot.localchat.parameters import Upload
from bot.localchat.refusal import bad_request

MOST_UPLOAD, MOST_PHOTO, MOST_DOWNLOAD = 50 << 20, 10 << 20, 20 << 20
FOLDERS = {
    "voice": "voice",
    "photo": "photos",
    "animation": "animations",
    "audio": "music",
    "document": "documents",
    "thumbnail": "thumbnails",
}
TELEGRAMS_NAMES = {
    "voice": "VoiceNote",
    "photo": "Photo",
    "animation": "Animation",
    "audio": "Audio",
    "document": "Document",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file. `about`: the Bot API's object (Voice, PhotoSize, Animation …) without what the sending gives."""

    path: str
    kind: str
    mime: str
    about: Json


def keep(archive: Archive, kind: str, upload: Upload, bot_id: int) -> Kept:
    """Keep an upload as a voice note, photo, loop, audio, document or thumbnail. Raises Refusal."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > (MOST_PHOTO if kind == "photo" else MOST_UPLOAD):
        raise bad_request("file is too big")
    digest = hashlib.sha256(upload.data).hexdigest()
    file_id = f"{kind[0].upper()}{bot_id}-{secrets.token_urlsafe(24)}"
    about: Json = {"file_id": file_id, "file_unique_id": f"{kind[0]}{digest[:20]}", "file_size": len(upload.data)}
    mime, ending = upload.mime or "application/octet-stream", upload.name.rpartition(".")[2].lower()
    match kind:
        case "voice":
            seconds = opus_seconds(upload.data)
            if (
                seconds is None
            ):  # Telegram would show another kind of file: not what a bot wants that sends a voice note
                raise bad_request("the local chat takes voice notes as OGG with mono Opus only")
            mime, ending = "audio/ogg", "oga"
            about |= {"duration": round(seconds), "mime_type": mime}
        case "photo":
            mime = picture_type(upload.data) or ""
            if not mime:
                raise bad_request("IMAGE_PROCESS_FAILED")
            ending = mime.partition("/")[2]
            about |= _size(upload.data)
        case "thumbnail":
            mime = picture_type(upload.data) or "application/octet-stream"
            about |= _size(upload.data)
        case "animation":
            loop = loop_in(upload.data)
            if loop is None or loop.sounds:  # Telegram would make a document or a video of it: not what was meant
                raise bad_request("the local chat takes loops as GIF or MP4 without sound only")
            mime, ending = loop.mime, loop.mime.partition("/")[2]
            about |= {"width": loop.width, "height": loop.height, "duration": round(loop.seconds)}
            about |= {"mime_type": mime, "file_name": upload.name}
        case "audio":
            about |= {"duration": round(opus_seconds(upload.data) or 0), "mime_type": mime, "file_name": upload.name}
        case "document":
            about |= {"mime_type": mime, "file_name": upload.name}
    ending = ending if ending.isalnum() and len(ending) < 6 else "bin"
    path = f"{FOLDERS[kind]}/file_{secrets.token_hex(6)}.{ending}"
    archive.run("INSERT OR IGNORE INTO contents VALUES (?, ?)", digest, upload.data)
    archive.run("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", file_id, path, kind, mime, digest, json.dumps(about))
    return Kept(path, kind, mime, about)


def known(archive: Archive, file_id: str, kind: str | None = None) -> Kept:
    """The file with this id, which must be of this kind. Raises Refusal."""
    row = archive.row("SELECT path, kind, mime, about FROM files WHERE id = ?", file_id)
    if row is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if kind is not None and row["kind"] != kind:
        names = TELEGRAMS_NAMES.get(row["kind"], "Thumbnail"), TELEGRAMS_NAMES[kind]
        raise bad_request(f"can't use file of type {names[0]} as {names[1]}")
    return Kept(row["path"], row["kind"], row["mime"], json.loads(row["about"]))


def at(archive: Archive, path: str) -> tuple[str, str, bytes] | None:
    """(kind, media type, bytes) of the file at a path as `getFile` tells it."""
    row = archive.row("SELECT kind, mime, data FROM files JOIN contents USING (digest) WHERE path = ?", path)
    return (row["kind"], row["mime"], row["data"]) if row else None


def erase(archive: Archive, chat: int, numbers: Container[int]) -> list[int]:
    """Remove messages of a chat, all if none is named, with the documents and pictures that stand in no other message.

    Those may tell about a person. Voice notes and loops tell nothing, and are sent again by their ids. Gives the
    numbers of what was removed.
    """
    gone = [body for body, _ in archive.messages(chat) if not numbers or body["message_id"] in numbers]
    removed = archive.remove_messages(chat, [body["message_id"] for body in gone])
    for body in gone:
        documents = () if "animation" in body or "document" not in body else (body["document"],)
        for about in (*documents, *body.get("photo", ())):
            if not archive.count("messages WHERE instr(body, ?)", about["file_id"]):
                archive.run("DELETE FROM files WHERE id = ?", about["file_id"])
    archive.run("DELETE FROM contents WHERE digest NOT IN (SELECT digest FROM files)")
    archive.empty_log()
    return removed


def _size(data: bytes) -> Json:
    return dict(zip(("width", "height"), picture_size(data), strict=True))
