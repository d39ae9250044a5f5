"""Runs a seccomp program as the kernel would, so that the tables of both machines are tested on either."""

import struct
from collections.abc import Sequence

from course.sandbox.confinement.seccomp import AND, JUMP_IF_EQUAL, LOAD, RETURN, Instruction


def verdict(program: Sequence[Instruction], *, number: int, architecture: int, arguments: Sequence[int] = ()) -> int:
    """Return what the program answers to one call; IndexError when it runs off its end."""
    padded = [value & (2**64 - 1) for value in (*arguments, *[0] * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *padded)
    accumulator = position = 0
    while True:
        code, if_true, if_false, value = program[position]
        position += 1
        if code == LOAD:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == AND:
            accumulator &= value
        elif code == JUMP_IF_EQUAL:
            position += if_true if accumulator == value else if_false
        elif code == RETURN:
            return value
        else:
            raise AssertionError(f"no such instruction here: {code:#x}")
