"""Words into a voice note of exactly the step's length. Touches nothing by itself."""

MIX = "plain-2"
"""How phrases become a note (edges, loudness, what lies between them): a part of every note's key. Raise the number
with any change that can be heard, so that no old note is played for a new one."""
