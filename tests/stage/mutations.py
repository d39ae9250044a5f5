"""Bytes that nobody would send: real traffic changed a little or much, noise, and any cuts between them. Seeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

NUMBERS = (b"0", b"-1", b"1", b"125", b"126", b"65536", b"4294967296", b"9" * 30, b"1e9", b"0x10", "١".encode())
SIGNS = (b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"\x1e", b":", b" ", b",", b"[", b"{", b'"', b"%", b"\xe2\x80\xa8")


def flip(dice: Random, data: bytearray) -> None:
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def set_byte(dice: Random, data: bytearray) -> None:
    data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7E, 0x7F, 0x80, 0x88, 0x89, 0xFE, 0xFF, dice.randrange(256)))


def leave_out(dice: Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.randint(1, 1 + len(data) // 4)]


def cut_off(dice: Random, data: bytearray) -> None:
    del data[dice.randrange(len(data)) :]


def repeat(dice: Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    piece = data[at : at + dice.randint(1, 40)]
    data[at:at] = piece * dice.choice((1, 2, 3, 50))


def put_in(dice: Random, data: bytearray) -> None:
    at = dice.randrange(len(data) + 1)
    data[at:at] = dice.choice((*SIGNS, *NUMBERS, noise(dice, 12)))


def other_number(dice: Random, data: bytearray) -> None:
    """Replace a run of digits."""
    places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if places:
        at = end = dice.choice(places)
        while end < len(data) and 48 <= data[end] <= 57:
            end += 1
        data[at:end] = dice.choice(NUMBERS)


MUTATIONS: tuple[Callable[[Random, bytearray], None], ...] = (
    flip,
    set_byte,
    leave_out,
    cut_off,
    repeat,
    put_in,
    other_number,
)


def noise(dice: Random, at_most: int) -> bytes:
    """Return random bytes."""
    return dice.randbytes(dice.randint(0, at_most))


def mutated(dice: Random, samples: Sequence[bytes]) -> bytes:
    """Return one of the samples, as it is now and then, else changed; or two grown together; or noise."""
    kind = dice.random()
    if kind < 0.05:
        return noise(dice, 600)
    data = bytearray(dice.choice(samples))
    if kind < 0.15:
        return bytes(data)
    if kind < 0.3:
        other = dice.choice(samples)
        data[dice.randrange(len(data) + 1) :] = other[dice.randrange(len(other) + 1) :]
    for _ in range(dice.choice((1, 1, 1, 2, 4, 12))):
        if data:
            dice.choice(MUTATIONS)(dice, data)
    return bytes(data)


def cuts(dice: Random, data: bytes) -> Iterator[bytes]:
    """Yield the data in pieces: in one, or byte by byte, or as it comes; a dozen and a half at most."""
    size = dice.choice((len(data), len(data), 1, 2, 7, 64, 1460))
    at = 0
    for _ in range(16):
        step = dice.randint(1, max(1, size))
        yield data[at : at + step]
        at += step
        if at >= len(data):
            return
    yield data[at:]
