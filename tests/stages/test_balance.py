import pytest

from monitor.stages.choose.balance import country_of


@pytest.mark.parametrize(
    ("folders", "language", "country"),
    [
        (("Mexico",), "en", "Mexico"),
        (("México",), "es", "México"),
        (("News", "Estados Unidos"), "en", "United States"),
        (("Mexico", "USA"), "es", "Estados Unidos"),  # the inner folder is nearer
        (("Mexico", "Business"), "en", "Mexico"),
        (("Business",), "en", ""),
        ((), "en", ""),
    ],
)
def test_a_country_is_what_the_innermost_telling_folder_names(
    folders: tuple[str, ...], language: str, country: str
) -> None:
    assert country_of(folders, language) == country
