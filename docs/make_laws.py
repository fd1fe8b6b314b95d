"""Write a page for each law and modality from its docstring: `python docs/make_laws.py [folder]`."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from pathlib import Path

from janusome.model import AbstractModality, AbstractProcess, AbstractRate, catalogue

FOLDERS = {
    "particle": AbstractProcess,
    "body": AbstractProcess,
    "tumor": AbstractProcess,
    "effect": AbstractProcess,
    "imaging": AbstractModality,
}


def page(name: str, law: type) -> str:
    """Return the page of one law: title, law, parameters, sources."""
    module = inspect.getmodule(law)
    title = (module.__doc__ or name).strip().splitlines()[0] if module else name
    fields = [field for field in dataclasses.fields(law) if "unit" in field.metadata]
    rows = [
        f"| `{field.metadata['name'] or field.name}` | {field.metadata['unit'] or '1'} | {field.metadata['per']} |"
        for field in fields
    ]
    lines = [f"# {title}", "", inspect.cleandoc(law.__doc__ or "")]
    if issubclass(law, AbstractProcess) and not issubclass(law, AbstractRate):
        moves = ", ".join(str(form) for form in law.moves)  # type: ignore[attr-defined]
        lines += ["", f"Moves: {moves}. Acts in: {', '.join(str(region) for region in law.acts_in)}."]
    lines += ["", "| quantity | unit | one for each |", "|---|---|---|", *rows] if rows else []
    sources = ", ".join(f"`{key}`" for key in law.sources) or "none: the law is a balance or a definition"  # type: ignore[attr-defined]
    lines += [
        "",
        f"Sources (keys of `library/sources.bib`): {sources}.",
        "",
        f"Code: `{law.__module__.replace('.', '/')}.py`",
        "",
    ]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Return every page by its path under the folder, with an index."""
    found: dict[str, str] = {}
    index = ["# Laws and modalities", "", "Made from the docstrings by `docs/make_laws.py`.", ""]
    for folder, kind in FOLDERS.items():
        index += [f"## {folder}", ""]
        for name, law in sorted(catalogue(f"janusome.{folder}", kind).items()):
            found[f"{folder}/{name}.md"] = page(name, law)
            title = found[f"{folder}/{name}.md"].splitlines()[0].removeprefix("# ")
            index.append(f"- [{title}]({folder}/{name}.md)")
        index.append("")
    return found | {"README.md": "\n".join(index)}


def main() -> None:
    """Write the pages."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "laws"
    for name, text in pages().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
