"""Every string people read, gathered from the sources, and the English catalogues beside them.

``python -m tests.words`` prints the ones without English, by room, in the form of a catalogue."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.utils.translation.template import templatize

from wuyefei.money.intake.rules.headers import Field

SRC = Path(__file__).resolve().parents[1] / "src" / "wuyefei"
HAN = re.compile(r"[一-鿿]")
SAID = re.compile(r"[一-鿿：，。；（「]")
TRANSLATORS = {"_", "gettext", "gettext_lazy", "gettext_noop", "noop", "Phrase", "spoken", "said"}
LABELLED = {"limited", "parse_day", "_one_of", "check_area", "_free", "register_check", "register_scheduled", "measurement", "Kind", "Measure"}
#: What readers of workbooks and comparisons say of a row or file: the place of the first argument that is shown.
FINDING = {"error": 2, "warn": 2, "note": 3, "say": 2, "add": 2, "ignore": 1, "step": 1, "_misaligned": 1, "coded": 1, "_note_column": 4}
FACTS = {"field", "reason", "what", "verb", "title"}
#: The names of the demo company and of what is measured are data; measurements tell their progress to developers.
SILENT = ("edges/demo/", "edges/bench/estate.py", "edges/bench/variety.py", "edges/bench/harness.py", "insight/measures/papers/pack", "insight/measures/papers/printing", "insight/measures/papers/words", "collection/legal/composing/", "management/briefing/papers", "management/briefing/rules")
#: Tables whose Chinese is not shown as it stands: words and patterns looked for in workbooks and contracts, the names of
#: accounts in exported books, and the digits and seals of receipts, which are Chinese papers.
UNSAID = (
    "money/intake/comparing/charges.py", "money/intake/comparing/places.py", "money/intake/rules/", "money/ledger/rules.py", "money/books/layouts.py", "money/reconciliation/layouts.py", "money/control/layouts.py", "money/bank/rules/layouts.py",
    "money/payouts/layouts.py", "money/debits/rules/layouts.py", "money/debits/rules/answers.py", "money/debits/reading.py",
    "money/receipts/rules.py", "money/receipts/render.py", "estate/contracts/clauses.py",
    "relations/notices/rules/debits.py",
    "relations/contacts/rules/phrases.py", "collection/followup/rules/wording.py", "collection/objections/wording.py",
)  # fmt: skip

ENTRY = re.compile(
    r'^msgid (?P<id>"(?:.*)"(?:\n"(?:.*)")*)\n(?:msgid_plural (?P<many>"(?:.*)"(?:\n"(?:.*)")*)\n)?'
    r'msgstr(?:\[0\])? (?P<text>"(?:.*)"(?:\n"(?:.*)")*)(?:\nmsgstr\[1\] (?P<texts>"(?:.*)"(?:\n"(?:.*)")*))?',
    flags=re.M,
)


def _joined(quoted: str | None) -> str:
    return "".join(ast.literal_eval(part) for part in (quoted or "").splitlines())


@cache
def read(path: Path) -> dict[str, str]:
    """A written catalogue: Chinese → English; a plural's second form is listed under its first form and a NUL."""
    found: dict[str, str] = {}
    for entry in ENTRY.finditer(path.read_text(encoding="utf-8")):
        word = _joined(entry["id"])
        if word:
            assert word not in found, f"{path}: {word} stands twice"
            found[word] = _joined(entry["text"])
            if entry["many"]:
                found[word + "\0"] = _joined(entry["texts"])
    return found


def catalogues() -> list[Path]:
    return sorted(SRC.rglob("locale/en/LC_MESSAGES/django.po"))


def english() -> dict[str, str]:
    """All catalogues together, as Django reads them."""
    found: dict[str, str] = {}
    for path in catalogues():
        found |= read(path)
    return found


def templates() -> list[Path]:
    return sorted(SRC.rglob("templates/**/*.html"))


def sources() -> list[Path]:
    paths = sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)
    return [path for path in paths if not str(path.relative_to(SRC)).startswith(SILENT)]


def in_template(text: str) -> set[str]:
    """The strings of a template, as Django itself would extract them."""
    code = templatize(text)
    calls = re.findall(r"""\b(_|gettext|ngettext)\(u?((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""", code)
    found = {ast.literal_eval(call) for _, call in calls}
    return found | {ast.literal_eval(call) + "\0" for name, call in calls if name == "ngettext"}


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def in_python(path: Path) -> set[str]:
    """The strings of a module: what is passed to gettext, the messages and facts of errors, labels, word tables."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found |= set(_of_call(node))
        elif isinstance(node, ast.ClassDef):
            found |= {
                _text(item.value)
                for item in node.body
                if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "message"
            }
    if not str(path.relative_to(SRC)).startswith(UNSAID):
        found |= set(_of_tables(tree))
    return {word for word in found if SAID.search(word)}


def _of_call(node: ast.Call) -> Iterator[str]:
    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in TRANSLATORS or name == "ngettext":
        yield from map(_text, node.args[:1])
    if name == "ngettext":
        yield _text(node.args[0]) + "\0"
    if name in FINDING:
        yield from map(_text, node.args[FINDING[name]:])
    if name in LABELLED or name.endswith("Error") or name[:1].isupper():
        yield from map(_text, node.args)
    for word in node.keywords:
        if word.arg in FACTS | {"message"} or (name == "control" and word.arg == "name"):
            yield _text(word.value)


def _of_tables(tree: ast.Module) -> Iterator[str]:
    for item in tree.body:
        target = item.targets[0] if isinstance(item, ast.Assign) else item.target if isinstance(item, ast.AnnAssign) else None
        if target is not None and ast.unparse(target).isupper() and isinstance(item.value, ast.Dict | ast.Tuple | ast.List):
            for node in ast.walk(item.value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def said() -> dict[str, list[str]]:
    """Every string → the files it stands in."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in templates():
        for word in in_template(path.read_text(encoding="utf-8")):
            if SAID.search(word):
                found[word].append(str(path.relative_to(SRC)))
    for path in sources():
        for word in in_python(path):
            found[word].append(str(path.relative_to(SRC)))
    for field in Field:
        found[field.label].append("money/intake/rules/headers.py")
    return dict(found)


if __name__ == "__main__":
    known, lacking = english(), defaultdict(list)
    for word, files in said().items():
        if not known.get(word):
            lacking["/".join(files[0].split("/")[:2])].append(word)
    for room, words in sorted(lacking.items()):
        print(f"# {room}: {len(words)}")
        for word in words:
            print(repr(word))
