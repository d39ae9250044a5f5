"""Traces of two runs are the same in their normal form when the same program was checked, and differ when it was not."""

from typing import Any

from course.authoring.normal_form import fits_kinds, frames_of, kinds_of, same_frames, words_of

KNOWN = words_of('ask("add", 2)', "asker tab of a b")


def row(client: str, direction: str, frame: str) -> dict[str, Any]:
    return {"time": 0.1, "client": client, "direction": direction, "frame": frame, "transport": "websocket", "size": 1}


def conversation(sid: str, a: int, b: int, total: str) -> list[dict[str, Any]]:
    return [
        row("asker", "received", '0{"sid":"x"}'),
        row("asker", "sent", "40"),
        row("asker", "received", f'40{{"sid":"{sid}"}}'),
        row("asker", "received", "2"),
        row("asker", "sent", "3"),
        row("asker", "sent", f'421["add",{a},{b}]'),
        row("asker", "received", f"431[{total}]"),
        row("asker", "received", f'42["from","{sid}"]'),
        row("asker", "sent", "41"),
    ]


def end(*clients: str) -> list[dict[str, Any]]:
    """Return the goodbyes with which a check ends."""
    return [row(client, "sent", "41") for client in clients]


def test_random_values_and_ids_become_placeholders() -> None:
    frames = frames_of(conversation("h-_7", 4711, 815, "5526"), KNOWN)
    assert frames == {
        "asker": (
            "> 40",
            '< 40{"‹w1›":"‹sid of asker›"}',
            '> 421["add",‹n1›,‹n2›]',
            "< 431[‹n3›]",
            '< 42["‹w2›","‹sid of asker›"]',
        )
    }


def test_two_runs_of_one_program_are_the_same_whatever_the_payload() -> None:
    one = frames_of(conversation("abc", 100, 200, "300"), KNOWN)
    other = frames_of(conversation("x-y_z", 7777, 8888, "16665"), KNOWN)
    assert one == other
    assert same_frames(one, other)


def test_another_program_is_not_the_same() -> None:
    right = frames_of(conversation("abc", 100, 200, "300"), KNOWN)
    assert not same_frames(right, frames_of(conversation("abc", 100, 200, '"300"'), KNOWN))
    assert not same_frames(right, frames_of(conversation("abc", 100, 200, "100"), KNOWN))
    assert not same_frames(right, frames_of(conversation("abc", 100, 200, "300")[:-2], KNOWN))


def test_what_two_clients_hear_at_once_may_come_in_any_order() -> None:
    rows = [row("a", "sent", '42["go","first"]'), row("a", "sent", '42["go","second"]')]
    heard = [row("b", "received", '42["go","first"]'), row("a", "received", '42["go","second"]')]
    assert same_frames(frames_of(rows + heard, KNOWN), frames_of(rows + heard[::-1], KNOWN))


def test_clients_and_lists_named_at_random_are_the_same_in_two_runs() -> None:
    def two_of(one: str, other: str) -> dict[str, tuple[str, ...]]:
        rows = [row(f"tab of {name}", "sent", f'42["add","{name}"]') for name in (one, other)]
        return frames_of(
            [*rows, row(f"tab of {one}", "received", f'42["add",{sorted([one, other])}]'.replace("'", '"'))], KNOWN
        )

    assert two_of("ada", "ben") == two_of("zoe", "cem")
    assert list(two_of("ada", "ben")) == ["‹client 1›", "‹client 2›"]


def test_what_one_hears_who_goes_meanwhile_may_be_missing() -> None:
    begin = [row("a", "sent", "40"), row("b", "sent", "40"), row("b", "sent", "41")]
    told = [row("a", "received", '42["add"]')]
    late = [row("b", "received", '42["add"]')]
    without, with_it = frames_of(begin + told + end("a"), KNOWN), frames_of(begin + told + late + end("a"), KNOWN)
    assert with_it["b"] == ("> 40", '? < 42["add"]')
    assert same_frames(without, with_it) and same_frames(with_it, without)
    stayed = frames_of(begin[:2] + told + late + end("a", "b"), KNOWN)
    assert stayed["b"] == ("> 40", '< 42["add"]')
    assert same_frames(with_it, stayed) and same_frames(stayed, with_it)
    assert not same_frames(without, frames_of(begin + end("a"), KNOWN))
    assert fits_kinds(kinds_of([without, with_it]), without) and fits_kinds(kinds_of([with_it]), without)


def test_a_clock_that_ticks_once_more_sends_the_same_kinds() -> None:
    ticks = [row("a", "received", f'42["add",{number}]') for number in (1003, 1004, 1005)]
    few, many = frames_of(ticks[:2] + end("a"), KNOWN), frames_of(ticks + end("a"), KNOWN)
    assert not same_frames(few, many)
    kinds = kinds_of([few, few])
    assert kinds == {"a": ('< 42["add",‹n›]',)}
    assert fits_kinds(kinds, many)
    assert not fits_kinds(kinds, frames_of([row("a", "received", '42["add","1003"]'), *end("a")], KNOWN))
    assert not fits_kinds(kinds, {})


def test_of_many_questions_one_kind_is_kept() -> None:
    asked = [row("a", "sent", f'42/chat,{number}["add"]') for number in range(3, 30)]
    assert kinds_of([frames_of(asked, KNOWN)]) == {"a": ('> 42/chat,#["add"]',)}


def test_what_came_at_times_only_may_be_missing_but_nothing_else_may_come() -> None:
    one = frames_of([row("a", "sent", "40"), row("b", "received", '42["add"]'), *end("a", "b")], KNOWN)
    other = frames_of([row("a", "sent", "40")], KNOWN)
    kinds = kinds_of([one, other])
    assert kinds == {"a": ("> 40",), "b": ('? < 42["add"]',)}
    assert fits_kinds(kinds, one) and fits_kinds(kinds, other)
    assert not fits_kinds(kinds, frames_of([row("a", "sent", "40"), row("b", "received", '42["tab"]')], KNOWN))


def test_frames_that_nobody_could_write_are_taken_as_they_come() -> None:
    odd = [
        row("a", "received", frame) for frame in ("4", "49", "42[", "42{}", "b//8=", "451-[1", '40{"sid":3}', "40[]")
    ]
    assert len(frames_of(odd, KNOWN)["a"]) == len(odd)


def test_namespaces_acknowledgements_and_bytes_are_kept() -> None:
    rows = [row("a", "sent", '451-/chat,7["add",{"_placeholder":true,"num":0}]'), row("a", "sent", "bAAEC")]
    assert frames_of(rows, words_of("a add _placeholder num 0"))["a"] == (
        '> 451-/chat,7["add",{"_placeholder":true,"num":0}]',
        "> ‹bytes›",
    )
