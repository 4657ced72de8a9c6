"""Telegram's side of the shell: updates in, one event = one transaction, screens out."""
