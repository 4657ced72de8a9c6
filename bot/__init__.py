"""Easeback: a Telegram bot that leads people with back pain through calm, paced sessions."""
