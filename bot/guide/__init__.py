"""The pure guide: what happens in a chat, what it looks like. No clock, no chance, no I/O: the folder is the rule."""
