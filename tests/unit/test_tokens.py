"""Links, and the hashes by which addresses and companies are compared without being kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tokens import LEGAL_FORMS, keyed_hash, new_id, new_token, normal_address, normal_company, token_hash

LATIN = st.text("abcxyzäöüéñ ABCÄÖ&.,-'", max_size=20)


def test_a_token_has_256_random_bits_and_fits_into_an_address() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_an_id_fits_into_keys_tags_and_addresses() -> None:
    ids = {new_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)


def test_a_token_is_found_again_by_its_hash_which_does_not_give_it_away() -> None:
    assert token_hash("abc") == token_hash("abc") != token_hash("abd")
    assert "abc" not in token_hash("abc")


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_address_and_a_company_of_the_same_letters_have_different_hashes(value: str, secret: str) -> None:
    as_address, as_company = keyed_hash(secret, "address", value), keyed_hash(secret, "company", value)
    assert as_address != as_company
    assert as_address == keyed_hash(secret, "address", value)
    assert len(as_address) == 32


def test_without_the_secret_a_hash_says_nothing() -> None:
    assert keyed_hash("one", "address", "ada@example.org") != keyed_hash("two", "address", "ada@example.org")


@pytest.mark.parametrize("spelling", ["ada@example.org", " ADA@Example.ORG ", "\tAda@example.org\n"])
def test_spellings_of_one_mailbox_are_one_address(spelling: str) -> None:
    assert normal_address(spelling) == "ada@example.org"


def test_a_composed_letter_is_the_same_address_as_its_parts() -> None:
    assert normal_address("jo\u0308rg@example.org") == normal_address("J\u00d6RG@example.org")


@pytest.mark.parametrize(
    "spelling",
    [
        "Soap Works",
        "SOAP  WORKS GmbH",
        "soap works gmbh & Co. KG",
        "Soap-Works AG",
        "Soap Works, Inc.",
        "Soap Works Ltd.",
        "Soap Works e. V.",
        "Soap Works e.V.",
        "Soap Works gGmbH",
        "Ｓｏａｐ Works SE",
    ],
)
def test_spellings_of_one_company_are_one(spelling: str) -> None:
    assert normal_company(spelling) == "soap works"


@pytest.mark.parametrize("form", "B.V. N.V. S.A. S.p.A. S.r.l. s.r.o. L.L.C. e.K.".split())
def test_a_legal_form_with_dots_is_the_same_as_without(form: str) -> None:
    assert normal_company(f"Soap Works {form}") == normal_company(f"Soap-Works, {form[:-1]}") == "soap works"


def test_a_dot_after_a_whole_word_parts_it_from_the_next() -> None:
    assert normal_company("Soap.Works") == "soap works"


@pytest.mark.parametrize(("name", "folded"), [("SE", "se"), ("AG GmbH", "ag"), ("Straße & Weg", "strasse weg")])
def test_a_company_called_like_a_legal_form_keeps_its_name(name: str, folded: str) -> None:
    assert normal_company(name) == folded


def test_nothing_is_no_company() -> None:
    assert normal_company("") == normal_company(" -- ") == ""


def test_different_companies_stay_different() -> None:
    assert normal_company("Soap Works") != normal_company("Soap Work") != normal_company("Works Soap")


@given(LATIN, st.sampled_from(sorted(LEGAL_FORMS)))
def test_folding_twice_is_folding_once_and_a_legal_form_more_changes_nothing(name: str, form: str) -> None:
    once = normal_company(name)
    assert normal_company(once) == once
    if once:
        assert normal_company(f"{name} {form.upper()}") == once
