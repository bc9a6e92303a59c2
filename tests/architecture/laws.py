"""The laws of the house as functions from a source tree to the sentences that say where it breaks them.

They read syntax trees only and import nothing they judge, so planted faults can be put before them.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("edrms", "scanning", "retention", "search", "api")
FLOOR = {"edrms": 0, "scanning": 1, "retention": 1, "search": 1, "api": 2}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
ONE_FILE_ON_PURPOSE = {"edrms/audit/verifier.py": 600}  # outsiders are handed it alone (ADR 0012)

PURE_NAMES = {"model", "rules", "workflow", "policy", "query", "merkle", "certificate", "schedule"}
IMPURE = {
    "sqlalchemy", "flask", "os", "io", "time", "socket", "subprocess", "shutil", "tempfile", "secrets",
    "random", "threading", "logging", "urllib", "pathlib", "fcntl", "signal", "whoosh", "edrms.db",
    "edrms.uow", "edrms.settings", "edrms.jobs",
}  # fmt: skip
PURE_MAY = {  # paths are named there, never opened
    "scanning/reading/model.py": {"pathlib"},
    "scanning/sample_post/model.py": {"pathlib"},
}
# Forms of JSON: nothing but named, typed fields.
SPEAK_FOR_THEMSELVES = {
    f"api/v1/{name}.py"
    for name in (
        "schema",
        "schema_access",
        "schema_holds",
        "schema_incidents",
        "schema_retention",
        "schema_disposal",
        "schema_separation",
        "schema_paper",
        "schema_quality",
        "schema_transfers",
    )
}
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "open"}

# Outside library: where it may be imported. A folder ends in "/"; "*" stands for a family of names.
ADAPTERS: dict[str, tuple[str, ...]] = {
    "flask": ("api/",),
    "flask_babel": ("api/",),
    "werkzeug": ("api/",),
    "markupsafe": ("api/",),
    "jinja2": ("api/",),
    "babel": ("api/web/",),
    "gunicorn": ("api/serving.py",),
    "click": (
        "api/cli.py",
        "api/operating.py",
        "api/auditing.py",
        "api/command_parts.py",
        "api/identity_commands.py",
        "api/key_commands.py",
        "api/access_commands.py",
        "api/transfer_commands.py",
        "api/hold_commands.py",
        "api/retention_commands.py",
        "api/disposal_commands.py",
        "api/sheet_commands.py",
        "api/indexing_commands.py",
        "api/paper_commands.py",
    ),
    "defusedcsv": ("api/web/csv_answer.py",),
    "rich": ("api/ingest.py", "api/demo.py", "scanning/sample_post/"),
    "alembic": ("api/migrations/",),
    "dotenv": ("edrms/settings.py",),
    "psycopg": ("edrms/db.py",),
    "minio": ("edrms/storage/s3_*.py",),
    "urllib3": ("edrms/storage/s3_*.py",),
    "opensearchpy": ("search/opensearch_server.py",),
    "sqlalchemy": ("edrms/", "scanning/", "search/", "retention/", "api/"),
    "pydantic": ("edrms/settings.py", "scanning/indexing/plain.py", "api/"),
    "pydantic_settings": ("edrms/settings.py",),
    "argon2": ("edrms/staff/passwords.py",),
    "pyotp": ("edrms/staff/second_factor.py",),
    "cryptography": ("edrms/audit/", "edrms/staff/sealing.py", "edrms/storage/"),
    "limits": ("api/limits.py",),
    "whoosh": ("search/whoosh_*.py",),
    "pytesseract": ("scanning/reading/pytesseract_ocr.py",),
    "tesserocr": ("scanning/reading/tesserocr_ocr.py",),
    "magic": ("scanning/reading/identify.py",),
    "zxingcpp": (
        "scanning/reading/barcodes.py",
        "scanning/sample_post/separators.py",
        "scanning/sample_post/separation.py",
        "api/web/qr_code.py",
    ),
    "pypdf": ("scanning/reading/",),
    "pypdfium2": ("scanning/reading/",),
    "pikepdf": ("scanning/reading/",),
    "img2pdf": ("scanning/reading/image_pdf.py", "scanning/sample_post/pdf.py"),
    "reportlab": (
        "scanning/reading/",
        "scanning/sample_post/",
        "scanning/sheets/sheet_pdf.py",
        "scanning/paper/label_pdf.py",
        "edrms/certificates/certificate_pdf.py",
    ),
    "defusedxml": (
        "scanning/reading/open_office.py",
        "scanning/reading/identify.py",
        "scanning/intake/manifest.py",
    ),
    "docx": ("scanning/sample_post/word_document.py", "scanning/reading/open_office.py"),
    "PIL": ("scanning/reading/", "scanning/sample_post/", "api/web/"),
    "numpy": (
        "scanning/reading/",
        "scanning/sample_post/",
        "scanning/indexing/linear_model.py",
        "search/whoosh_*.py",
    ),
    "rapidfuzz": ("scanning/indexing/", "search/"),
    "stdnum": ("scanning/indexing/", "scanning/sample_post/"),
}


@dataclass(frozen=True)
class Module:
    """One source file of the tree."""

    path: str  # relative, with "/"
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.source, self.path)

    @property
    def dotted(self) -> str:
        """The name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The top package it is in."""
        return self.path.split("/")[0]

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return Path(self.path).stem

    @cached_property
    def imports(self) -> tuple[tuple[int, str], ...]:
        """Line and full name of everything imported, wherever in the file."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, one.name) for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                found += [(node.lineno, f"{base}.{one.name}") for one in node.names]
        return tuple(found)


def modules(root: Path) -> list[Module]:
    """Every Python file of the five packages below a root."""
    return [
        Module(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    ]


def imports_go_down_only(tree: Iterable[Module]) -> Iterator[str]:
    """Law 1: api -> {scanning | retention | search} -> edrms; the middle three never meet."""
    for module in tree:
        for line, name in module.imports:
            target = name.split(".")[0]
            if name.startswith("."):
                yield f"{module.path}:{line} imports by a relative name"
            elif target in FLOOR and target != module.package:
                if FLOOR[target] >= FLOOR[module.package]:
                    yield f"{module.path}:{line} imports {name}"
            elif target == "tests":
                yield f"{module.path}:{line} imports the tests"


def pure_modules_stay_pure(tree: Iterable[Module]) -> Iterator[str]:
    """Law 2: no clock, no I/O, no ORM in modules of these names."""
    for module in tree:
        if module.stem not in PURE_NAMES:
            continue
        allowed = PURE_MAY.get(module.path, set())
        for line, name in module.imports:
            parts = name.split(".")
            reached = {parts[0], ".".join(parts[:2])}
            if reached & IMPURE - allowed:
                yield f"{module.path}:{line} imports {name}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _called(node) in CLOCKS:
                yield f"{module.path}:{node.lineno} calls {_called(node)}()"


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def libraries_stay_in_their_adapters(tree: Iterable[Module], known: set[str]) -> Iterator[str]:
    """Law 3: an outside library only where the table has it. known: names that are not outside."""
    for module in tree:
        for line, name in module.imports:
            library = name.split(".")[0]
            if library in known or library in PACKAGES or not library:
                continue
            places = ADAPTERS.get(library)
            if places is None:
                yield f"{module.path}:{line} imports {library}, which the table does not know"
            elif not any(_is_at(module.path, place) for place in places):
                yield f"{module.path}:{line} imports {library}, which belongs in {', '.join(places)}"


def _is_at(path: str, place: str) -> bool:
    return path.startswith(place) if place.endswith("/") else Path(path).match(place)


def journalled_actions(tree: Iterable[Module]) -> dict[str, list[str]]:
    """Where each action is journalled: the first argument of every call of `journal`."""
    found: dict[str, list[str]] = {}
    every = {module.dotted: module for module in tree}
    for module in every.values():
        constants = _constants(module) | _imported_constants(module, every)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _called(node) == "journal" and node.args:
                action = _text(node.args[0], constants)
                found.setdefault(action, []).append(f"{module.path}:{node.lineno}")
    return found


def _constants(module: Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _imported_constants(module: Module, every: dict[str, Module]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in every:
            theirs = _constants(every[node.module])
            found |= {one.name: theirs[one.name] for one in node.names if one.name in theirs}
    return found


def _text(node: ast.expr, constants: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name(id=name):
            return constants.get(name, f"<{name}>")
    return "<an expression>"


def public_things_say_what_they_are(tree: Iterable[Module]) -> Iterator[str]:
    """Every module, public class and public function of a module has a docstring."""
    for module in tree:
        if ast.get_docstring(module.tree) is None:
            yield f"{module.path} has no docstring"
        if module.path in SPEAK_FOR_THEMSELVES:
            continue
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                yield f"{module.path}:{node.lineno} {node.name} has no docstring"


def nothing_is_too_long(tree: Iterable[Module]) -> Iterator[str]:
    """No file over 400 lines, no function over 50."""
    for module in tree:
        lines = module.source.count("\n")
        if lines > ONE_FILE_ON_PURPOSE.get(module.path, LONGEST_FILE):
            yield f"{module.path} has {lines} lines"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{module.path}:{node.lineno} {node.name} has {length} lines"


def errors_are_named(tree: Iterable[Module], allowed: set[str]) -> Iterator[str]:
    """`except Exception` (or wider) only in the worker loop and the last handlers."""
    for module in tree:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or module.path in allowed:
                continue
            reraises = any(isinstance(one, ast.Raise) and one.exc is None for one in node.body)
            if _is_broad(node.type) and not reraises:
                yield f"{module.path}:{node.lineno} catches everything"


def _is_broad(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Tuple(elts=several):
            return any(_is_broad(one) for one in several)
        case ast.Name(id=name):
            return name in {"Exception", "BaseException"}
    return False


def nothing_is_left_undone(tree: Iterable[Module]) -> Iterator[str]:
    """No mark of unfinished work, and nothing that says it is not made yet."""
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    for module in tree:
        for number, line in enumerate(module.source.splitlines(), start=1):
            for mark in marks:
                if mark in line:
                    yield f"{module.path}:{number} says {mark}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Raise) and "NotImplemented" in ast.dump(node):
                yield f"{module.path}:{node.lineno} is not made yet"


def sql_is_never_pasted_together(tree: Iterable[Module]) -> Iterator[str]:
    """No textual SQL outside the database module: what is typed never becomes SQL."""
    for module in tree:
        for line, name in module.imports:
            if name == "sqlalchemy.text":
                yield f"{module.path}:{line} imports {name}"
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or module.path == "edrms/db.py":
                continue
            if _called(node) == "exec_driver_sql":
                yield f"{module.path}:{node.lineno} calls exec_driver_sql"
