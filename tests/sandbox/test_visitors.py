"""Tags of clients that join by the address."""

from course.sandbox.visitors import NAME, VISITORS_AT_MOST, Visitors


def test_each_visitor_has_a_tag_of_their_own() -> None:
    visitors = Visitors()
    assert [visitors.name("tab"), visitors.name("phone"), visitors.name("tab")] == ["tab", "phone", "tab-2"]


def test_every_tag_is_known_again_and_none_is_too_long() -> None:
    visitors = Visitors()
    names = [visitors.name("phone") for _ in range(VISITORS_AT_MOST + 1)]
    assert len(set(names)) == VISITORS_AT_MOST
    assert all(NAME.fullmatch(name) and len(name) <= 16 for name in names)


def test_a_lanes_letter_is_no_visitors_name() -> None:
    assert not any(NAME.fullmatch(name) for name in ("", "A", "tab-1", "tab-", "tab-100", "phone2", "terminal"))
