"""Programs of every age and shape, and the module versions that they are built of.

The modules are tiny: a package of each imports what its go.mod requires, so that `go mod tidy`
finds every go.mod here tidy, and the tests of some import what nothing else does. Below
example.com/old the go.mods say less than Go 1.17, or say nothing: everything beneath them is read,
also of versions that lose.

https://go.dev/ref/mod#minimal-version-selection, https://go.dev/ref/mod#graph-pruning
"""

from functional_tests.moduletree import ModuleTree
from functional_tests.program import COMMANDS, Program

CLI = "example.com/old/cli"
GONE = "example.com/old/gone"
LOG = "example.com/old/log"
WEB = "example.com/old/web"
A = "example.com/new/a"
B = "example.com/new/b"
C = "example.com/new/c"
CHECK = "example.com/new/check"
DEEPEST = "example.com/new/deepest"
DIFF = "example.com/new/diff"
FORK = "example.com/fork/c"
INCOMPATIBLE = "example.com/inc"
LIB = "example.com/Big/lib/v2"
NEAR = "example.com/near"
TAKEN_BACK = "example.com/takenback"
TIP = "example.com/tip"
TIP_VERSION = "v0.0.0-20240102030405-abcdef012345"

TEST = 'import "testing"\n\nfunc TestImports(t *testing.T) {}'


def source(path: str, imports: tuple[str, ...], body: str) -> str:
    """Return a file of the package at the root of a module, which imports others."""
    name = path.removesuffix("/v2").rpartition("/")[2]
    lines = "".join(f'import _ "{each}"\n' for each in imports)
    return f"package {name}\n\n{lines}{body}\n"


def go_mod(path: str, go: str, *lines: str) -> str:
    """Return a go.mod as `go mod tidy` leaves it.

    Args:
        path: The module path.
        go: The Go version, or "" for no `go` line.
        lines: `path version` of what is required, and other directives as whole lines.
    """
    first = [f"module {path}\n", f"go {go}\n" if go else ""]
    directives = ("replace ", "exclude ", "retract ", "toolchain ")
    rest = [line if line.startswith(directives) else f"require {line}" for line in lines]
    return "\n".join(filter(None, [*first, *(f"{line}\n" for line in rest)]))


def indirect(*requires: str) -> tuple[str, ...]:
    """Return what a go.mod requires because others do."""
    return tuple(f"{each} // indirect" for each in requires)


def put_modules(tree: ModuleTree) -> None:
    """Put every module version on an upstream."""
    _put_old(tree)
    _put_new(tree)
    _put_kinds(tree)


def _add(
    tree: ModuleTree,
    module: str,
    version: str,
    text: str,
    imports: tuple[str, ...] = (),
    tests: tuple[str, ...] = (),
) -> None:
    files = {"p.go": source(module, imports, "")}
    if tests:
        files["p_test.go"] = source(module, tests, TEST)
    tree.add(module, version, files, go_mod=text)


def _put_old(tree: ModuleTree) -> None:
    for version in ("v1.0.0", "v1.1.0", "v1.2.0"):
        _add(tree, LOG, version, go_mod(LOG, ""))
    _add(tree, GONE, "v1.0.0", go_mod(GONE, "1.12", f"{LOG} v1.0.0"), (LOG,))
    # This version loses wherever a later one is required too, and still brings GONE along.
    text = go_mod(CLI, "", f"{LOG} v1.0.0", f"{GONE} v1.0.0")
    _add(tree, CLI, "v0.9.0", text, (LOG, GONE))
    _add(tree, CLI, "v1.0.0", go_mod(CLI, "1.13", f"{LOG} v1.1.0"), (LOG,))
    text = go_mod(WEB, "1.16", f"{CLI} v0.9.0", f"{LOG} v1.2.0")
    _add(tree, WEB, "v0.9.0", text, (CLI, LOG))


def _put_new(tree: ModuleTree) -> None:
    for version in ("v1.0.0", "v1.1.0"):
        _add(tree, C, version, go_mod(C, "1.17"))
    _add(tree, DEEPEST, "v1.0.0", go_mod(DEEPEST, "1.17"))
    # Nothing that is pruned looks below DIFF; Go 1.16 does.
    _add(tree, DIFF, "v1.0.0", go_mod(DIFF, "1.17", f"{DEEPEST} v1.0.0"), tests=(DEEPEST,))
    _add(tree, CHECK, "v1.0.0", go_mod(CHECK, "1.17", f"{DIFF} v1.0.0"), (DIFF,))
    of_web = indirect(f"{CLI} v1.0.0", f"{LOG} v1.2.0")
    of_b = (f"{C} v1.0.0", f"{WEB} v0.9.0", *of_web)
    _add(tree, B, "v1.0.0", go_mod(B, "1.17", *of_b), (C, WEB))
    of_others = indirect(f"{C} v1.0.0", f"{DIFF} v1.0.0", f"{WEB} v0.9.0")
    of_a = (f"{B} v1.0.0", f"{CHECK} v1.0.0", *of_others, *of_web)
    _add(tree, A, "v1.3.0", go_mod(A, "1.17", *of_a), (B,), (CHECK,))


def _put_kinds(tree: ModuleTree) -> None:
    _add(tree, FORK, "v1.0.1", go_mod(C, "1.17"))
    for version in ("v2.1.0+incompatible", "v3.0.0+incompatible"):
        _add(tree, INCOMPATIBLE, version, "")
    for version in ("v2.0.0", "v2.3.0"):
        _add(tree, LIB, version, go_mod(LIB, "1.21", f"{C} v1.0.0"), (C,))
    _add(tree, TIP, TIP_VERSION, go_mod(TIP, "1.15", f"{LIB} v2.0.0"), (LIB,))
    for version in ("v1.0.0", "v1.1.0"):
        _add(tree, TAKEN_BACK, version, go_mod(TAKEN_BACK, "1.19"))
    text = go_mod(TAKEN_BACK, "1.19", "retract v1.1.0 // it was wrong")
    _add(tree, TAKEN_BACK, "v1.2.0", text)


def main_files(path: str, text: str, *imports: str, tests: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the files of a main module that imports packages, some of them in its tests."""
    name = path.rpartition("/")[2]
    main = source("main", imports, "func main() {}")
    test = source("main", tests, TEST)
    return {"go.mod": text, f"{name}.go": main, f"{name}_test.go": test}


def _main(go: str, *lines: str) -> str:
    return go_mod("example.com/main", go, *lines)


def _below(directory: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{directory}/{name}": text for name, text in files.items()}


OF_WEB = ("example.com/old/cli v1.0.0", "example.com/old/log v1.2.0")
OLD_LIST = (
    "example.com/old/cli v1.0.0",
    "example.com/old/gone v1.0.0",
    "example.com/old/log v1.2.0",
    "example.com/old/web v0.9.0",
)
OF_A = indirect(f"{B} v1.0.0", f"{C} v1.0.0", f"{WEB} v0.9.0", *OF_WEB)
A_LIST = (
    "example.com/new/a v1.3.0",
    "example.com/new/b v1.0.0",
    "example.com/new/c v1.0.0",
    "example.com/new/check v1.0.0",
    "example.com/new/diff v1.0.0",
    *OLD_LIST,
)
OF_B = indirect(f"{C} v1.0.0", f"{WEB} v0.9.0", *OF_WEB)

GO_1_12 = Program(
    "go 1.12",
    main_files("main", _main("1.12", f"{CLI} v1.0.0", f"{WEB} v0.9.0"), CLI, WEB),
    build_list=OLD_LIST,
    gives_go_sum=True,
)
NO_GO_LINE = Program(
    "no go line",
    main_files("main", _main("", f"{CLI} v1.0.0", f"{WEB} v0.9.0"), CLI, WEB),
    build_list=OLD_LIST,
    twin=GO_1_12,
    commands=tuple(each for each in COMMANDS if "tidy" not in each),
)
GO_1_16 = Program(
    "go 1.16",
    main_files("main", _main("1.16", f"{CLI} v1.0.0", f"{WEB} v0.9.0"), CLI, tests=(WEB,)),
    build_list=OLD_LIST,
)
# `go mod tidy` looks at what Go 1.16 would select, and at the go.mod of DEEPEST with it.
GO_1_17 = Program(
    "go 1.17",
    main_files("main", _main("1.17", f"{A} v1.3.0", *OF_A), A),
    build_list=A_LIST,
)
GO_1_21 = Program(
    "go 1.21",
    main_files("main", _main("1.21", f"{A} v1.3.0", *OF_A), A),
    build_list=A_LIST,
)
TESTS_ALONE = Program(
    "imports of tests alone",
    main_files("main", _main("1.18", f"{CHECK} v1.0.0", f"{DIFF} v1.0.0"), tests=(CHECK, DIFF)),
    build_list=(
        "example.com/new/check v1.0.0",
        "example.com/new/deepest v1.0.0",
        "example.com/new/diff v1.0.0",
    ),
    gives_go_sum=True,
)
EXCLUDING = Program(
    "exclude",
    main_files(
        "main",
        _main(
            "1.21",
            f"{WEB} v0.9.0",
            *indirect(f"{CLI} v1.0.0", f"{LOG} v1.1.0"),
            f"exclude {LOG} v1.2.0",
        ),
        WEB,
    ),
    build_list=(
        "example.com/old/cli v1.0.0",
        "example.com/old/gone v1.0.0",
        "example.com/old/log v1.1.0",
        "example.com/old/web v0.9.0",
    ),
)
REPLACING = Program(
    "replace by another version",
    main_files(
        "main",
        _main("1.21", f"{B} v1.0.0", *OF_B, f"replace {C} v1.0.0 => {C} v1.1.0"),
        B,
    ),
    build_list=(
        "example.com/new/b v1.0.0",
        "example.com/new/c v1.0.0 => example.com/new/c v1.1.0",
        *OLD_LIST,
    ),
)
FORKING = Program(
    "replace by a fork",
    main_files("main", _main("1.21", f"{B} v1.0.0", *OF_B, f"replace {C} => {FORK} v1.0.1"), B),
    build_list=(
        "example.com/new/b v1.0.0",
        "example.com/new/c v1.0.0 => example.com/fork/c v1.0.1",
        *OLD_LIST,
    ),
    gives_go_sum=True,
)
NEXT_DOOR = Program(
    "replace by a directory",
    main_files(
        "main",
        _main("1.21", f"{NEAR} v1.0.0", f"{C} v1.0.0 // indirect", f"replace {NEAR} => ./near"),
        NEAR,
    )
    | {"near/go.mod": go_mod(NEAR, "1.21", f"{C} v1.0.0"), "near/near.go": source(NEAR, (C,), "")},
    build_list=("example.com/near v1.0.0 => ./near", "example.com/new/c v1.0.0"),
)
KINDS = Program(
    "incompatible, major version 2, pseudo-version",
    main_files(
        "main",
        _main(
            "1.21",
            f"{INCOMPATIBLE} v2.1.0+incompatible",
            f"{LIB} v2.0.0",
            f"{TIP} {TIP_VERSION}",
            f"{C} v1.0.0 // indirect",
        ),
        *(INCOMPATIBLE, LIB, TIP),
    ),
    build_list=(
        "example.com/Big/lib/v2 v2.0.0",
        "example.com/inc v2.1.0+incompatible",
        "example.com/new/c v1.0.0",
        "example.com/tip v0.0.0-20240102030405-abcdef012345",
    ),
)
RETRACTED = Program(
    "a retracted version",
    main_files("main", _main("1.21", f"{TAKEN_BACK} v1.1.0"), TAKEN_BACK),
    build_list=("example.com/takenback v1.1.0",),
)
TOOLCHAIN = Program(
    "a toolchain line",
    main_files("main", _main("1.21.0", "toolchain go1.22.1", f"{C} v1.0.0"), C),
    build_list=("example.com/new/c v1.0.0",),
    toolchains=("go1.22.1",),
)
# Alone, each module selects less than in the workspace; `go mod tidy` and `vendor` go by that.
WORKSPACE = Program(
    "a workspace",
    _below("cmd", main_files("cmd", go_mod("example.com/cmd", "1.21", f"{LOG} v1.0.0"), LOG))
    | _below("srv", main_files("srv", go_mod("example.com/srv", "1.17", f"{A} v1.3.0", *OF_A), A))
    | {"go.work": "go 1.22\n\ntoolchain go1.22.5\n\nuse ./cmd\n\nuse ./srv\n"},
    mains=("cmd", "srv"),
    build_list=A_LIST,
    more_zips=("example.com/old/log@v1.0.0",),
    toolchains=("go1.22.5",),
    commands=(
        ("build", "./cmd/...", "./srv/..."),
        ("vet", "./cmd/...", "./srv/..."),
        ("test", "./cmd/...", "./srv/..."),
        ("mod", "download"),
        ("mod", "download", "all"),
        ("list", "-m", "all"),
        ("mod", "graph"),
        ("mod", "verify"),
        ("work", "vendor"),
        ("-C", "cmd", "mod", "tidy", "-diff"),
        ("-C", "srv", "mod", "tidy", "-diff"),
        ("GOWORK=off", "-C", "cmd", "mod", "vendor"),
        ("GOWORK=off", "-C", "srv", "mod", "vendor"),
    ),
)
PROGRAMS = (
    NO_GO_LINE,
    GO_1_12,
    GO_1_16,
    GO_1_17,
    GO_1_21,
    TESTS_ALONE,
    EXCLUDING,
    REPLACING,
    FORKING,
    NEXT_DOOR,
    KINDS,
    RETRACTED,
    TOOLCHAIN,
    WORKSPACE,
)
