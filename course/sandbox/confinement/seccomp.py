"""Seccomp: rules in, a BPF program out, and the call that locks it onto this process.

Only mechanism lives here; what a learner's program may do stands in `seccomp_rules`. Standard library only: the fork
server imports it. Kernel side: Documentation/userspace-api/seccomp_filter.rst, linux/filter.h.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from course.sandbox.confinement.seccomp_numbers import Machine

KILL = 0x80000000  # SECCOMP_RET_KILL_PROCESS
ALLOW = 0x7FFF0000  # SECCOMP_RET_ALLOW
ASK = 0x7FC00000  # SECCOMP_RET_USER_NOTIF: another process answers
_ERRNO = 0x00050000  # SECCOMP_RET_ERRNO

LOAD, JUMP_IF_EQUAL, AND, RETURN = 0x20, 0x15, 0x54, 0x06

# Offsets in struct seccomp_data: what one filtered call looks like.
NUMBER = 0
ARCHITECTURE = 4

ANY_CALL: tuple[str, ...] = ("*",)

_INSTRUCTION = struct.Struct("=HBBI")
_SET_MODE_FILTER = 1
_TSYNC, _NEW_LISTENER = 1, 8


def refuse(error: int) -> int:
    """Return the verdict "do not do it, and set this errno"."""
    return _ERRNO | error


def low(argument: int) -> int:
    """Return the offset of the low 32 bits of an argument (0-5), on a little-endian machine.

    The kernel itself looks at these only, wherever the parameter is an int or holds flags: one look, no way round it.
    """
    return 16 + 8 * argument


def high(argument: int) -> int:
    """Return the offset of the high 32 bits of an argument (0-5)."""
    return low(argument) + 4


@dataclass(frozen=True)
class Among:
    """Holds when the masked 32-bit word at `word` is one of `values`."""

    word: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    words: str = ""
    """The same for people, where it is not plain; the page of system calls shows it."""


@dataclass(frozen=True)
class Rule:
    """For these calls the filter answers `verdict`, unless all of `unless` hold: then the next rules are asked.

    So a rule with conditions is a guard before the rule that allows the call, and each can be left out by name, which
    is how the tests show that every one of them is needed.
    """

    name: str
    calls: tuple[str, ...]
    verdict: int
    unless: tuple[Among, ...] = ()
    when: tuple[Among, ...] = ()
    """The rule speaks only where all of these hold: of one command among several, say."""
    why: str = ""
    """Who needs the calls (where they are allowed), or what they could do (where they are refused)."""


class Instruction(NamedTuple):
    """One `struct sock_filter`."""

    code: int
    if_true: int
    if_false: int
    value: int


def compile_filter(rules: Iterable[Rule], machine: Machine, *, default: int) -> list[Instruction]:
    """Return the program that asks the rules in order and answers `default` when none of them spoke.

    Each call has one block with all that concerns it, and a call finds its block by one comparison for each call that
    stands before it. The kernel (since 5.11) answers only those from a bitmap that are allowed whatever their arguments
    are: for the others the way is paid each time, so what stands first in the rules should be what is called most.
    """
    listed = list(rules)
    first = list(itertools.takewhile(lambda rule: rule.calls == ANY_CALL, listed))
    others = listed[len(first) :]
    program = [step for rule in first for step in _body(rule)]
    program.append(Instruction(LOAD, 0, 0, NUMBER))
    for call in dict.fromkeys(call for rule in others if rule.calls != ANY_CALL for call in rule.calls):
        number = machine.number(call)
        if number is not None:
            block = _block(others, call, default)
            program += [Instruction(JUMP_IF_EQUAL, 0, len(block), number), *block]
    return [*program, *_block(others, None, default)]


def _block(rules: Iterable[Rule], call: str | None, default: int) -> list[Instruction]:
    """Return all that concerns one call, or (None) a call that no rule names, to its end."""
    concerned = (rule for rule in rules if rule.calls == ANY_CALL or call in rule.calls)
    return [*(step for rule in concerned for step in _body(rule)), Instruction(RETURN, 0, 0, default)]


def _body(rule: Rule) -> list[Instruction]:
    """Return the verdict behind its conditions; control falls out behind the end where the rule does not speak."""
    verdict = [Instruction(RETURN, 0, 0, rule.verdict)]
    body = verdict if not rule.unless else _past(rule.unless, verdict, held=len(verdict), broken=0)
    return _past(rule.when, body, held=0, broken=len(body))


def _past(conditions: Sequence[Among], body: list[Instruction], *, held: int, broken: int) -> list[Instruction]:
    """Return the conditions, then the body: all of them held skips `held` instructions of it, one broken `broken`."""
    tests: list[Instruction] = []
    for condition in reversed(conditions):
        last = not tests
        block = [Instruction(LOAD, 0, 0, condition.word), Instruction(AND, 0, 0, condition.mask)]
        for left, value in zip(range(len(condition.values) - 1, -1, -1), condition.values, strict=True):
            over = left + (held if last else 0)
            wrong = 0 if left else len(tests) + broken
            block.append(Instruction(JUMP_IF_EQUAL, over, wrong, value))
        tests = block + tests
    return tests + body


def assemble(program: Iterable[Instruction]) -> bytes:
    """Return the program as the kernel reads it."""
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)


def put(program: bytes, value: int, *, instead_of: int) -> bytes:
    """Return an assembled program that compares with `value` wherever it compared with `instead_of`.

    A filter for one process differs from the next one's only there; to compile each anew would take 2 ms.
    """
    changed = bytearray(program)
    for at in range(0, len(program), _INSTRUCTION.size):
        code, if_true, if_false, compared = _INSTRUCTION.unpack_from(program, at)
        if code == JUMP_IF_EQUAL and compared == instead_of:
            _INSTRUCTION.pack_into(changed, at, code, if_true, if_false, value)
    return bytes(changed)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(program: bytes, machine: Machine) -> None:
    """Lock the filter onto every thread of this process, for good. No-new-privileges must be set already.

    Raises:
        OSError: the kernel refused it.
    """
    straggler = _install(program, machine, _TSYNC)
    if straggler:
        raise OSError(0, f"thread {straggler} could not be given the filter", "seccomp")


def install_with_listener(program: bytes, machine: Machine) -> int:
    """Lock the filter onto the calling thread; return the descriptor on which its `ASK` is answered.

    Raises:
        OSError: the kernel refused it, or there is a listener already.
    """
    return _install(program, machine, _NEW_LISTENER)


def _install(program: bytes, machine: Machine, flags: int) -> int:
    code = ctypes.create_string_buffer(program)
    header = _Program(len(program) // _INSTRUCTION.size, ctypes.addressof(code))
    return call(machine, "seccomp", _SET_MODE_FILTER, flags, ctypes.byref(header))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def call(machine: Machine, name: str, *arguments: object) -> int:
    """Make a system call by name; integers are passed as 64 bits.

    Raises:
        OSError: it answered with an error.
        NotImplementedError: this machine has no such call.
    """
    number = machine.number(name)
    if number is None:
        raise NotImplementedError(name)
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    answer: int = _libc.syscall(ctypes.c_long(number), *words)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)
    return answer
