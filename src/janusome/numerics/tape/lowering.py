"""From graph to tape: sums fused, equal operations side by side, as few slots as their lifetimes allow.

A tape is a flat array of runs: an operation, how often, then the offsets of each result and its operands.
Runs of one operation cost one dispatch, and a sum of products keeps its running total in registers.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.operations import Operation

_SUMS = (Operation.ADD, Operation.SUBTRACT, Operation.NEGATE)
_SHARED_PRODUCTS = 2  # a product needed by so few sums is cheaper multiplied again than stored


class Tape(NamedTuple):
    """A lowered program and the number of slots that it touches."""

    stream: np.ndarray
    slots: int
    arithmetic: int  # multiplications, additions and function values for one lane


class _Instruction(NamedTuple):
    operation: Operation
    operands: tuple[int, ...]  # of a sum: +a·b pairs, -a·b pairs, +c, -c
    counts: tuple[int, ...] = ()  # of a sum: how many of each

    @property
    def arithmetic(self) -> int:
        return len(self.operands) if self.operation is Operation.SUM else 1


def lower(graph: Graph, targets: Sequence[tuple[int, int]], given: Mapping[int, int], first_free: int) -> Tape:
    """Return the tape that computes each (node, slot) of `targets` from the nodes that already have slots."""
    instructions = _fuse(graph, targets, given)
    fixed: dict[int, int] = {}
    copies: list[tuple[int, int]] = []
    for node, slot in targets:
        if node in given or node in fixed:
            copies.append((node, slot))
        else:
            fixed[node] = slot
    order = _schedule(instructions)
    places, slots = _allocate(order, instructions, fixed, given, first_free)
    lines = [(instructions[node], places[node], [places[x] for x in instructions[node].operands]) for node in order]
    lines += [(_Instruction(Operation.COPY, (node,)), slot, [places[node]]) for node, slot in copies]
    arithmetic = sum(instruction.arithmetic for instruction in instructions.values())
    return Tape(_encode(lines), slots, arithmetic)


def _fuse(graph: Graph, targets: Sequence[tuple[int, int]], given: Mapping[int, int]) -> dict[int, _Instruction]:
    """Return one instruction for each node that has to be computed on its own."""
    roots = {node for node, _ in targets}
    stop = set(given)
    uses: dict[int, int] = defaultdict(int)
    for node in graph.reachable(roots, stop=stop):
        if node not in stop:
            for operand in graph.operands[node]:
                uses[operand] += 1
    private = {node for node, count in uses.items() if count == 1} - roots - stop
    shared = {node for node, count in uses.items() if count <= _SHARED_PRODUCTS} - roots - stop
    instructions: dict[int, _Instruction] = {}
    waiting = [node for node in roots if node not in stop]
    while waiting:
        node = waiting.pop()
        if node in instructions:
            continue
        if graph.operation[node] in _SUMS:
            instruction = _sum(graph, node, private, shared)
        else:
            instruction = _Instruction(graph.operation[node], graph.operands[node])
        instructions[node] = instruction
        waiting.extend(operand for operand in instruction.operands if operand not in stop)
    return instructions


def _sum(graph: Graph, root: int, private: set[int], shared: set[int]) -> _Instruction:
    products: tuple[list[int], list[int]] = ([], [])  # added, subtracted
    terms: tuple[list[int], list[int]] = ([], [])
    waiting = [(root, 0)]
    while waiting:
        node, sign = waiting.pop()
        operation, operands = graph.operation[node], graph.operands[node]
        if operation in _SUMS and (node == root or node in private):
            flipped = {
                Operation.ADD: (sign, sign),
                Operation.SUBTRACT: (sign, 1 - sign),
                Operation.NEGATE: (1 - sign,),
            }[operation]
            waiting.extend(zip(operands[::-1], flipped[::-1], strict=True))
        elif operation is Operation.MULTIPLY and node in shared:
            products[sign].extend(operands)
        else:
            terms[sign].append(node)
    counts = (len(products[0]) // 2, len(products[1]) // 2, len(terms[0]), len(terms[1]))
    return _Instruction(Operation.SUM, (*products[0], *products[1], *terms[0], *terms[1]), counts)


def _schedule(instructions: Mapping[int, _Instruction]) -> list[int]:
    """Return an order of evaluation that stays with one operation as long as it can."""
    users: dict[int, list[int]] = defaultdict(list)
    missing: dict[int, int] = {}
    ready: dict[Operation, list[tuple[tuple[int, ...], int]]] = defaultdict(list)  # equal sums side by side
    for node, instruction in sorted(instructions.items()):
        needed = {operand for operand in instruction.operands if operand in instructions}
        missing[node] = len(needed)
        for operand in needed:
            users[operand].append(node)
        if not needed:
            heapq.heappush(ready[instruction.operation], (instruction.counts, node))
    order: list[int] = []
    while any(ready.values()):
        operation = max(ready, key=lambda kind: (len(ready[kind]), -kind))
        while ready[operation]:
            _, node = heapq.heappop(ready[operation])
            order.append(node)
            for user in users[node]:
                missing[user] -= 1
                if not missing[user]:
                    instruction = instructions[user]
                    heapq.heappush(ready[instruction.operation], (instruction.counts, user))
    return order


def _allocate(
    order: Sequence[int],
    instructions: Mapping[int, _Instruction],
    fixed: Mapping[int, int],
    given: Mapping[int, int],
    first_free: int,
) -> tuple[dict[int, int], int]:
    """Return each node's slot; a slot is used again once its value is dead."""
    last_use = {operand: k for k, node in enumerate(order) for operand in instructions[node].operands}
    places = {**given, **fixed}
    free: list[int] = []
    slots = first_free
    for k, node in enumerate(order):
        for operand in set(instructions[node].operands):
            if last_use[operand] == k and operand not in given and operand not in fixed:
                free.append(places[operand])  # an operation reads all before it writes: the result may stand here
        if node not in fixed:
            if not free:
                free.append(slots)
                slots += 1
            places[node] = free.pop()
    return places, slots


def _encode(lines: Sequence[tuple[_Instruction, int, Sequence[int]]]) -> np.ndarray:
    stream: list[int] = []
    run_at = -1
    for k, (instruction, place, operands) in enumerate(lines):
        if k == 0 or instruction.operation is not lines[k - 1][0].operation:
            run_at = len(stream) + 1
            stream += [int(instruction.operation), 0]
        stream[run_at] += 1
        stream += [place * WIDTH, *instruction.counts, *(operand * WIDTH for operand in operands)]
    return np.array(stream, np.int32)
