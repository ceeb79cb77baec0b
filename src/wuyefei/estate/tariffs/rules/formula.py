"""A quantity or sum from named parts (product row B2): ``建筑面积 * 2.5 + 人数 * 10``. Read by a parser of our own, never
evaluated as a program.

Signs ``+ - * / ( ) ,`` and their full-width and typographic forms; functions 最小 最大 取整 进一 舍去 (min max round ceil floor). A name is
a part of the property (面积, 人数 …) or another formula; a circle of formulas is refused by naming it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    localcontext,
)
from unicodedata import normalize

from wuyefei.foundation.kernel.errors import DomainError, Phrase

LONGEST, DEEPEST = 400, 40
_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([A-Za-z_一-鿿][\w一-鿿]*)|([-+*/(),]))")
_SAME = str.maketrans("−–×÷", "--*/")
_ROUNDINGS = {"取整": ROUND_HALF_UP, "进一": ROUND_CEILING, "舍去": ROUND_FLOOR}
FUNCTIONS = ("最小", "最大", *_ROUNDINGS)
_ENGLISH = {"min": "最小", "max": "最大", "round": "取整", "ceil": "进一", "floor": "舍去"}


class BadFormula(DomainError):
    code = "bad_formula"
    message = "公式有误：{reason}。"


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


Node = Number | Name | Sign | Call


def tokens(text: str) -> list[str]:
    """The formula cut into numbers, names and signs. Raises ``BadFormula`` with the place of what cannot be read."""
    if len(text) > LONGEST:
        raise BadFormula(reason=Phrase("太长，最多 {most} 个字", most=LONGEST))
    plain, place, found = normalize("NFKC", text).translate(_SAME), 0, []
    while place < len(plain.rstrip()):
        match = _TOKEN.match(plain, place)
        if match is None:
            raise BadFormula(reason=Phrase("第 {place} 个字「{sign}」读不懂", place=place + 1, sign=plain[place:].strip()[:1]))
        found.append(match[1] or match[2] or match[3])
        place = match.end()
    return found


class _Reader:
    """Recursive descent: sum = product {+|- product}; product = part {*|/ part}."""

    def __init__(self, text: str) -> None:
        self.left = tokens(text)
        self.depth = 0

    def next(self) -> str:
        return self.left[0] if self.left else ""

    def take(self, wanted: str = "") -> str:
        if not self.left:
            raise BadFormula(reason="没有写完")
        if wanted and self.left[0] != wanted:
            raise BadFormula(reason=Phrase("「{found}」处应为「{wanted}」", found=self.left[0], wanted=wanted))
        return self.left.pop(0)

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadFormula(reason="括号套得太深")
        node = self.product()
        while self.next() in ("+", "-"):
            sign = self.take()
            node = Sign(sign, node, self.product())
        self.depth -= 1
        return node

    def product(self) -> Node:
        node = self.part()
        while self.next() in ("*", "/"):
            sign = self.take()
            node = Sign(sign, node, self.part())
        return node

    def part(self) -> Node:
        token = self.take()
        if token == "(":
            node = self.sum()
            self.take(")")
            return node
        if token == "-":
            self.depth += 1
            if self.depth > DEEPEST:
                raise BadFormula(reason="括号套得太深")
            node = Sign("-", Number(Decimal(0)), self.part())
            self.depth -= 1
            return node
        if token in "+*/),":
            raise BadFormula(reason=Phrase("「{found}」的位置不对", found=token))
        if token[0].isdigit():
            return Number(Decimal(token))
        return self.call(token) if self.next() == "(" else Name(token)

    def call(self, name: str) -> Node:
        name = _ENGLISH.get(name, name)
        if name not in FUNCTIONS:
            raise BadFormula(reason=Phrase("没有「{name}」这个算法，可用的有 {known}", name=name, known="、".join(FUNCTIONS)))
        self.take("(")
        arguments = [self.sum()]
        while self.next() == ",":
            self.take(",")
            arguments.append(self.sum())
        self.take(")")
        if name in _ROUNDINGS and len(arguments) != 1:
            raise BadFormula(reason=Phrase("「{name}」只取一个数", name=name))
        return Call(name, tuple(arguments))


def parse(text: str) -> Node:
    """The formula as a tree. Raises ``BadFormula``."""
    reader = _Reader(text)
    node = reader.sum()
    if reader.left:
        raise BadFormula(reason=Phrase("「{found}」之后多了内容", found=reader.left[0]))
    return node


def names(node: Node) -> set[str]:
    """The parts a formula needs."""
    match node:
        case Name(name):
            return {name}
        case Sign(_, left, right):
            return names(left) | names(right)
        case Call(_, arguments):
            return set().union(*(names(one) for one in arguments))
    return set()


def value(node: Node, parts: Mapping[str, Decimal]) -> Decimal:
    """The formula's value with its parts filled in, exact to 28 digits. Raises ``BadFormula``."""
    with localcontext(prec=28) as context:
        context.traps[DivisionByZero] = context.traps[InvalidOperation] = True
        try:
            return _value(node, parts)
        except (DivisionByZero, InvalidOperation) as error:
            raise BadFormula(reason="除数为零，或数太大") from error


def _value(node: Node, parts: Mapping[str, Decimal]) -> Decimal:
    match node:
        case Number(number):
            return number
        case Name(name):
            if name not in parts:
                raise BadFormula(reason=Phrase("不知道「{name}」是多少", name=name))
            return parts[name]
        case Sign(sign, left, right):
            return _signed(sign, _value(left, parts), _value(right, parts))
        case Call(name, arguments):
            found = [_value(one, parts) for one in arguments]
            if name in _ROUNDINGS:
                return found[0].quantize(Decimal(1), rounding=_ROUNDINGS[name])
            return min(found) if name == "最小" else max(found)


def _signed(sign: str, left: Decimal, right: Decimal) -> Decimal:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right


def in_order(formulas: Mapping[str, Node]) -> list[str]:
    """The formulas in an order in which each stands after those it names. Raises ``BadFormula`` naming a circle."""
    done: list[str] = []
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            circle = [*path[path.index(name) :], name]
            raise BadFormula(reason=Phrase("互相引用成了一圈：{circle}", circle=" → ".join(circle)))
        path.append(name)
        for other in sorted(names(formulas[name]) & set(formulas)):
            visit(other)
        path.pop()
        done.append(name)

    for name in formulas:
        visit(name)
    return done


def all_values(formulas: Mapping[str, str], parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Every formula's value, each able to name the others. Raises ``BadFormula``."""
    trees = {name: parse(text) for name, text in formulas.items()}
    found = dict(parts)
    for name in in_order(trees):
        found[name] = value(trees[name], found)
    return {name: found[name] for name in formulas}
