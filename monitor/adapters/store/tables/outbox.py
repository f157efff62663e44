"""The tables of what was offered again, and what sending is counted by."""

OFFER_TABLES = """
-- Which entries of lost messages a later message names again. An entry has reached its reader
-- unless every message that names it was lost.
CREATE TABLE offer (
    entry INTEGER NOT NULL,             -- outlives the entry, as commitments do
    message INTEGER NOT NULL REFERENCES outbox (number),
    PRIMARY KEY (entry, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_by_message ON offer (message);
CREATE INDEX outbox_by_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
-- From before there was a row for each entry: all of a message's, and what it was to offer.
INSERT INTO offer (entry, message)
    WITH RECURSIVE named (entry, message) AS (
        SELECT commitment.entry, outbox.offered_again_by
        FROM outbox JOIN commitment ON commitment.issue = outbox.issue AND NOT commitment.silent
        WHERE outbox.offered_again_by IS NOT NULL
        UNION
        SELECT named.entry, outbox.offered_again_by
        FROM named JOIN outbox ON outbox.number = named.message
        WHERE outbox.offered_again_by IS NOT NULL
    )
    SELECT entry, message FROM named;
"""
