"""The pure guide: what happens in a chat and what it looks like. No clock, no randomness, no I/O: the rule is the folder."""
