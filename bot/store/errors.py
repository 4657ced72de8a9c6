"""What can be wrong with the data, in one plain sentence each that says what to do. Touches nothing.

The first paragraph of an error's docstring is its message; `{}` takes what it is about.
"""

from __future__ import annotations


class StoreError(Exception):
    """The data can't be used as it is; the text says why and what to do. Ends the program at its start;
    later only StoreFailed comes, and is tried again."""

    def __init__(self, *about: object) -> None:
        """`about` fills the places of the docstring."""
        sentence = (type(self).__doc__ or "").partition("\n\n")[0]
        super().__init__(" ".join(sentence.format(*about).split()))


class FolderTaken(StoreError):
    """Another Easeback is running on the data in {}: stop that one first, or give this one a folder of its own with
    EASEBACK_DATA_DIR."""


class FolderUnusable(StoreError):
    """The data folder {} can't be written to: give this user the right to write there, or name another folder with
    EASEBACK_DATA_DIR."""


class BadKey(StoreError):
    """A key in {} is not one that Easeback can use: put the right one back, or take it away before the first start and
    one is made."""


class WrongKey(StoreError):
    """This database was sealed with another key than the one in {}, so nothing about its people can be read: put the
    right key back (EASEBACK_KEY, or the file `key` of your backup), or move the data folder away to begin with an empty
    one."""


class LostKey(StoreError):
    """The key of this database is not there ({}), so nothing about its people can be read: put the file back from where
    you keep it, or set EASEBACK_KEY, or move the data folder away to begin with an empty one."""


class NoKeyYet(StoreError):
    """There is no key yet: start the bot once, and it makes one."""


class KeyInSetting(StoreError):
    """The key is a setting, and so it is yours to change: set EASEBACK_KEY={} (the new key, a comma, the old one) and
    run `keys rotate` again. Nothing was changed yet."""


class OtherBot(StoreError):
    """This database belongs to another bot (its id is {}): set that bot's token, or give this bot a folder of its own
    with EASEBACK_DATA_DIR."""


class NewerSchema(StoreError):
    """This database was made by a newer Easeback (its schema is {}): start that version, or restore a backup from
    before the update."""


class NotOurs(StoreError):
    """The database {} holds another program's tables: name an empty one with EASEBACK_DATABASE_URL."""


class NothingThere(StoreError):
    """There is nothing to back up, {} is not there: start the bot once, or name the data's place with EASEBACK_DATA_DIR
    or EASEBACK_DATABASE_URL."""


class InMemory(StoreError):
    """EASEBACK_DATABASE_URL names a database in memory, which can't be backed up or restored: name one that is kept."""


class FileThere(StoreError):
    """There is a file {} already: name another one, or move that one away."""


class NotWritten(StoreError):
    """The backup {} can't be written ({}): name a folder that has room and that this user may write to."""


class NoBackup(StoreError):
    """{} is no backup of Easeback, or is not there: name a file that the verb `backup` has made."""


class DamagedBackup(StoreError):
    """The backup {} is damaged: take another one. Nothing was changed."""


class NewerBackup(StoreError):
    """This backup was made by a newer Easeback ({}): restore it with that version. Nothing was changed."""


class NewerDatabase(StoreError):
    """The database {} was made by a newer Easeback: name an empty one with EASEBACK_DATABASE_URL and restore into that.
    Nothing was changed."""


class OtherKey(StoreError):
    """This backup was sealed with another key than the one in {}: put the key there that belongs to it, and restore
    again. Nothing was changed."""


class OtherBotsBackup(StoreError):
    """This backup belongs to another bot (its id is {}): set that bot's token, or restore a backup of this bot. Nothing
    was changed."""


class TooOld(StoreError):
    """This backup is {} days old, and who left is remembered for {}: it would bring back people who asked to be
    forgotten, so take a younger one. Nothing was changed."""


class NotRestored(StoreError):
    """The backup can't take its place ({}): see that there is room, and that this user may write to the data folder.
    Nothing was changed."""


class StoreFailed(StoreError):
    """The database {} can't be used just now ({}): see that its disk, or its server, is well.

    What was asked is not done. Nothing is wrong with what was asked: it may be tried again.
    """


class DatabaseTaken(StoreFailed):
    """Another Easeback is running on the database {}: stop that one first, or give this one a database of its own with
    EASEBACK_DATABASE_URL."""


class NotLetIn(StoreFailed):
    """The server does not let us into the database {}: put the right user and password into EASEBACK_DATABASE_URL."""


class NoDatabase(StoreFailed):
    """The server has no such database as {}: make it there, or name another one with EASEBACK_DATABASE_URL."""


class NoRight(StoreFailed):
    """This user may not make or change tables in the database {}: let the user own the database, then start again."""


class Corrupt(StoreFailed):
    """The database {} is damaged: move it away and restore a backup."""


class ReadOnly(StoreFailed):
    """The database {} can't be written to: give this user the right to write to it, and to the folder of a file."""


class Locked(StoreFailed):
    """The database {} is locked by another program: close that program, then start again."""


class Full(StoreFailed):
    """There is no room left for the database {}: make room on its disk, then start again."""


class Unreachable(StoreFailed):
    """The database {} can't be opened ({}): see that EASEBACK_DATABASE_URL names it rightly and that it is there."""


def cause(error: BaseException) -> BaseException:
    """What the driver itself said: SQLAlchemy wraps it, some of its drivers twice."""
    while (within := getattr(error, "orig", None)) is not None:
        error = within
    return error
