"""The store: the only importer of sqlalchemy (Core)."""
