"""The tables of readers: who wants a digest no more, and what it has looked at for them."""

PEOPLE_TABLES = """
CREATE TABLE unsubscribed (             -- by name and address: the settings hold both
    digest TEXT NOT NULL,
    recipient TEXT NOT NULL,            -- as the outbox has it
    at INTEGER NOT NULL,                -- the first time they said so
    PRIMARY KEY (digest, recipient)
) STRICT, WITHOUT ROWID;
-- The newest entry when the digest last chose; what came after it was not looked at yet,
-- whatever the clocks said then. NULL: not known.
ALTER TABLE digest ADD COLUMN covered INTEGER;
"""
