from base64 import b64decode

from pulp_go.gomod import modfile, modformat, modsyntax
from pulp_go.gomod.errors import ModFileError


def text_of(case):
    return b64decode(case["input_b64"]) if "input_b64" in case else case.get("input", "").encode()


def as_vector(says):
    """Return what a go.mod says in the words of the vectors, which leave out what is empty."""
    lists = {
        "require": [
            {"path": each.path, "version": each.version, "indirect": each.indirect}
            for each in says.requires
        ],
        "retract": [
            {"low": each.low, "high": each.high, "rationale": each.rationale}
            for each in says.retracts
        ],
        "exclude": [[each.path, each.version] for each in says.excludes],
        "replace": [
            [each.old_path, each.old_version, each.new_path, each.new_version]
            for each in says.replaces
        ],
        "godebug": [[each.key, each.value] for each in says.godebugs],
        "tool": list(says.tools),
        "ignore": list(says.ignores),
    }
    texts = {name: getattr(says, name) for name in ("module", "go", "toolchain", "deprecated")}
    return {name: value for name, value in (texts | lists).items() if value}


def read(parse, data):
    """Return what `data` says, or None if it does not parse."""
    try:
        return as_vector(parse(data))
    except ModFileError:
        return None


def test_strict(cases):
    for case in cases("modfile.json", "parse"):
        wanted = case.get("strict", {}) if case["strict_ok"] else None
        assert read(modfile.parse, text_of(case)) == wanted, case


def test_lax(cases):
    for case in cases("modfile.json", "parse"):
        wanted = case.get("lax", {}) if case["lax_ok"] else None
        found = read(modfile.parse_lax, text_of(case))
        # Go passes over it here, and so do the vectors.
        (found or {}).pop("toolchain", None)
        assert found == wanted, case


def test_quick_module_path(cases):
    for case in cases("modfile.json", "parse"):
        assert modfile.module_path(text_of(case)) == case["module_path_quick"], case


def test_auto_quote(cases):
    for case in cases("modfile.json", "autoquote"):
        assert modsyntax.auto_quote(case["In"]) == case["Out"], case


def test_punctuation(cases):
    for case in cases("modfile.json", "punctuation"):
        (statement,) = modsyntax.parse(case["Src"], "go.mod")
        tokens = list(statement.tokens)
        if isinstance(statement, modsyntax.Block):
            inside = [token for line in statement.lines for token in line.tokens]
            tokens += ["(", *inside, ")"]
        assert " ".join(tokens) == case["Tokens"], case


def test_format(cases):
    for case in cases("modfile.json", "format"):
        text = case["In"]
        try:
            formatted = modformat.format_go_mod(text.encode())
        except ModFileError:
            # Of the syntax only: such a file is laid out, and nothing else.
            formatted = modformat.format(modsyntax.parse(text, "go.mod"))
        assert formatted.decode() == case["Golden"], case
        golden = modformat.format(modsyntax.parse(case["Golden"], "go.mod"))
        assert golden.decode() == case["Golden"], case
