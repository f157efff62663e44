"""Links that say who may do what."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.signing import TOKEN_MAX_CHARS, Grant, read_grant, sign

KEY = bytes(range(32))
GRANT = Grant("verdict", "morning", "ana@example.org", "good:4711")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
grants = st.builds(Grant, st.sampled_from(["unsubscribe", "verdict", "story"]), words, words, words)


@given(grants)
def test_what_was_signed_is_read_back(grant: Grant) -> None:
    token = sign(KEY, grant)

    assert read_grant(KEY, token) == grant
    assert set(token) <= set(ALPHABET)


@given(grants, grants)
def test_two_grants_have_two_tokens(one: Grant, other: Grant) -> None:
    assert (sign(KEY, one) == sign(KEY, other)) == (one == other)


def test_another_key_grants_nothing() -> None:
    assert read_grant(bytes(32), sign(KEY, GRANT)) is None


def test_a_token_changed_in_any_place_grants_nothing() -> None:
    token = sign(KEY, GRANT)
    forged = {
        token[:place] + letter + token[place + 1 :]
        for place in range(len(token))
        for letter in ALPHABET
        if letter != token[place]
    }

    assert len(forged) == 63 * len(token)
    assert {read_grant(KEY, each) for each in forged} == {None}


def test_a_token_cut_lengthened_or_padded_grants_nothing() -> None:
    token = sign(KEY, GRANT)
    forged = [token[:end] for end in range(len(token))]
    forged += [token + tail for tail in ("A", "AA", "AAAA", "=", "==", "\n", " ", "é", "\0")]
    forged += ["A" * (TOKEN_MAX_CHARS + 1), token.swapcase(), f" {token}"]

    assert {read_grant(KEY, each) for each in forged} == {None}


@pytest.mark.parametrize("subject", ["good:471", "good:47"])
def test_a_second_spelling_of_the_same_bytes_grants_nothing(subject: str) -> None:
    token = sign(KEY, Grant("verdict", "morning", "ana@example.org", subject))

    def read(spelling: str) -> bytes:
        return urlsafe_b64decode(spelling + "=" * (-len(spelling) % 4))

    spellings = [token[:-1] + letter for letter in ALPHABET]
    same = [each for each in spellings if read(each) == read(token)]
    assert len(same) > 1  # its last letter says less than a letter can
    assert [each for each in same if read_grant(KEY, each)] == [token]


def test_a_token_is_always_the_same() -> None:
    """A second digest run, or another version, must not end the links of mail in an inbox."""
    assert sign(KEY, GRANT) == (
        "FwXf3PLqXZItSr3w-wc_VuzaAi2rjGg4vLa6iXapTWWwJl1wHpG9_yNJIHZmrpBtjrzb94lK"
    )


def test_a_token_of_mail_sent_before_still_grants() -> None:
    former = "aECoD4Ev5gy2U-_tVzG3jaZxAXYAbW9ybmluZwBhbmFAZXhhbXBsZS5vcmcAZ29vZDo0NzEx"

    assert read_grant(KEY, former) == GRANT
    assert read_grant(KEY, former[:-1] + "y") is None


@given(grants)
def test_whose_a_token_is_cannot_be_read_in_it(grant: Grant) -> None:
    token = sign(KEY, grant)

    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))

    for words in (grant.digest, grant.recipient, grant.subject):
        assert len(words.encode()) < 4 or words.encode() not in raw


def test_a_grant_that_no_token_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        sign(KEY, Grant("story", "morning", "ana\0@example.org"))
    with pytest.raises(ValueError, match="too long"):
        sign(KEY, Grant("story", "morning", "a" * TOKEN_MAX_CHARS))
    with pytest.raises(ValueError, match="too short"):
        sign(b"short", GRANT)
