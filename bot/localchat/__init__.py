"""The local chat: "Telegram" for people without a token, and for tests. Imports nothing of ours from outside."""

from bot.localchat.api import create_app
from bot.localchat.clock import Clock
from bot.localchat.faults import Fault, broken, flood, hang, lost, refuse
from bot.localchat.person import Answer, Button, Message, Tap
from bot.localchat.server import serve
from bot.localchat.telegram import LocalTelegram

__all__ = [
    "Answer",
    "Button",
    "Clock",
    "Fault",
    "LocalTelegram",
    "Message",
    "Tap",
    "broken",
    "create_app",
    "flood",
    "hang",
    "lost",
    "refuse",
    "serve",
]
