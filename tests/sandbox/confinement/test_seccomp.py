"""The mechanism: any list of rules becomes a program that answers as the list reads."""

import struct
from errno import EACCES, EPERM

import pytest
from hypothesis import given
from hypothesis import strategies as some

from course.sandbox.confinement.lockdown import NOBODY, learner_filter
from course.sandbox.confinement.seccomp import (
    ALLOW,
    ANY_CALL,
    JUMP_IF_EQUAL,
    KILL,
    RETURN,
    Among,
    Instruction,
    Rule,
    assemble,
    compile_filter,
    high,
    low,
    put,
    refuse,
)
from course.sandbox.confinement.seccomp_numbers import AARCH64, MACHINES, NUMBERS, X86_64, Machine
from course.sandbox.confinement.seccomp_rules import DEFAULT, learner_rules
from tests.sandbox.confinement.bpf import verdict

CALLS = ("read", "write", "openat", "kill", "clone")

words = some.sampled_from([low(0), high(0), low(1), high(5)])
values = some.integers(0, 3)
conditions = some.builds(
    Among, words, some.lists(values, min_size=1, max_size=4).map(tuple), some.sampled_from([1, 2, 3, 0xFFFFFFFF])
)
rules = some.builds(
    Rule,
    some.just("a rule"),
    some.one_of(some.just(ANY_CALL), some.lists(some.sampled_from(CALLS), min_size=1, max_size=3).map(tuple)),
    some.sampled_from([ALLOW, KILL, refuse(EPERM), refuse(EACCES)]),
    some.lists(conditions, max_size=3).map(tuple),
    some.lists(conditions, max_size=2).map(tuple),
)
arguments = some.lists(some.integers(0, 3).map(lambda value: value | value << 32), min_size=6, max_size=6)


def read_aloud(listed: list[Rule], call: str, given_arguments: list[int], default: int) -> int:
    for rule in listed:
        if rule.calls != ANY_CALL and call not in rule.calls:
            continue
        data = struct.pack("<IIQ6Q", 0, 0, 0, *given_arguments)

        def held(conditions: tuple[Among, ...], data: bytes = data) -> list[bool]:
            return [struct.unpack_from("<I", data, each.word)[0] & each.mask in each.values for each in conditions]

        if all(held(rule.when)) and not (rule.unless and all(held(rule.unless))):
            return rule.verdict
    return default


@given(some.lists(rules, max_size=6), some.sampled_from(CALLS), arguments, some.sampled_from(list(MACHINES.values())))
def test_a_program_answers_as_its_rules_read(
    listed: list[Rule], call: str, given_arguments: list[int], machine: Machine
) -> None:
    program = compile_filter(listed, machine, default=refuse(EPERM))
    number = machine.number(call)
    assert number is not None
    seen = verdict(program, number=number, architecture=machine.audit, arguments=given_arguments)
    assert seen == read_aloud(listed, call, given_arguments, refuse(EPERM))


def test_an_instruction_has_the_kernels_eight_bytes() -> None:
    assert assemble([Instruction(RETURN, 0, 0, ALLOW)]) == bytes.fromhex("060000000000ff7f")


@pytest.mark.parametrize("column", [X86_64.column, AARCH64.column])
def test_no_two_calls_share_a_number(column: int) -> None:
    numbers = [row[column] for row in NUMBERS.values() if row[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_a_call_that_a_machine_lacks_is_left_out_of_its_program() -> None:
    assert AARCH64.number("open") is None
    assert compile_filter([Rule("old", ("open",), ALLOW)], AARCH64, default=KILL) == compile_filter(
        [], AARCH64, default=KILL
    )


def test_a_number_is_put_where_its_place_is_and_nowhere_else() -> None:
    program = [Instruction(JUMP_IF_EQUAL, 1, 2, 7), Instruction(JUMP_IF_EQUAL, 3, 4, 8), Instruction(RETURN, 0, 0, 7)]
    expected = [Instruction(JUMP_IF_EQUAL, 1, 2, 99), *program[1:]]
    assert put(assemble(program), 99, instead_of=7) == assemble(expected)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_a_filter_made_beforehand_is_the_one_that_would_be_made(machine: Machine) -> None:
    own = assemble(compile_filter(learner_rules(machine, 4711), machine, default=DEFAULT))
    assert put(learner_filter(machine), 4711, instead_of=NOBODY) == own
