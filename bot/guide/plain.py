"""How plain a text is: its reading grade, its words, what it must not say, what it shares with another text. Pure.

Flesch-Kincaid by our own count of syllables: against the CMU dictionary it is right for 97 of 100 words of our content.
A library was weighed: textstat fetches its dictionary from the network when first used, and brings four packages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SHOWN = 25
"""Words that a caption may have (content.md)."""
LIMITS = {
    "command-": 60,
    "bot-description": 512,
    "bot-short-description": 120,
    "toast-": 200,
    "late-tap": 200,
    "": 4096,
}
"""Characters that Telegram takes, by the beginning of a message's id (a command's description: what its menu shows)."""
RUN = 5
"""So many words in a row may not be those of the published script (content.md, section 1)."""


def words(text: str) -> list[str]:
    """The words as a reader counts them; digits count as words."""
    return re.findall(r"\w+(?:['\u2019-]\w+)*", text)


def room(message: str) -> int:
    """How many characters a message of the interface may have, by its id."""
    return next(limit for start, limit in LIMITS.items() if message.startswith(start))


def grade(sentences: Iterable[str]) -> float:
    """The Flesch-Kincaid grade of a screen: years of school that its reader needs. An item of a list is a sentence."""
    parts = [words(part) for text in sentences for part in re.split(r"[.!?]+(?:\s|$)|\n\s*\n", text)]
    parts = [part for part in parts if part]
    count = sum(map(len, parts))
    if not count:
        return 0.0
    return 0.39 * count / len(parts) + 11.8 * sum(syllables(w) for part in parts for w in part) / count - 15.59


def syllables(word: str) -> int:
    """Groups of vowels, without the silent ones."""
    w = re.sub(r"[^a-z']", "", word.lower().replace("\u2019", "'"))
    count = len(re.findall(r"[aeiouy]+", w))
    if re.search(r"[^aeiouytd]ed$|[^aeiouyszxcg](?<![cs]h)es$|e$", w) and not re.search(r"[^aeiouyl]le[ds]?$", w):
        count -= 1
    count -= len(re.findall(r"[^aeiouy]e(?:ment|l[yi]|ty|less|ful|w[ai]|one|thing|times|where|body|back)|^even", w))
    count += len(re.findall(r"i[ao](?!n)|i(?:er|est)$|eo(?!p)|uie|[eoy]ing|[^aeiou]n't|[td]inue", w))
    return max(1, count)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Every run of five words with its hash, as the published script's are kept: small letters, no apostrophes."""
    plain = re.findall(r"[a-z]+", re.sub(r"['\u2019]", "", text.lower()))
    for start in range(len(plain) - RUN + 1):
        run = " ".join(plain[start : start + RUN])
        yield run, hashlib.sha256(run.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Never:
    """A phrase that is never said, and what to write instead. `*` stands for any ending."""

    phrase: str
    instead: str

    def found_in(self, text: str) -> str | None:
        """The words of a text that are this phrase."""
        pattern = re.escape(self.phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
        found = re.search(rf"(?<!\w){pattern}(?!\w)", text.replace("\u2019", "'"), re.IGNORECASE)
        return found.group() if found else None


def never(text: str) -> tuple[Never, ...]:
    """The list that an author can read: `phrase = what to write instead`, one a line, `#` for a comment."""
    lines = (line.partition("=") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple(Never(phrase.strip(), instead.strip() or "something else") for phrase, _, instead in lines)
