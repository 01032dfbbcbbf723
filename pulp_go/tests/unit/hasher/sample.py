"""A small module zip, sound and otherwise, and what is known of it from elsewhere."""

from pulp_go.hasher.facts import Facts
from pulp_go.tests.unit.gomod.zips import STORED, File, build

MODULE = "example.com/m"
VERSION = "v1.0.0"
ROOT = f"{MODULE}@{VERSION}/"
ALGORITHMS = ("sha224", "sha256")

# Stored, so that its bytes depend on no library. The h1 is as `go mod download -json` prints it
# for these files, the digests as sha224sum and sha256sum do.
GO_MOD = b"module example.com/m\n\ngo 1.13\n"
GOOD = build(
    File(ROOT + "go.mod", GO_MOD, method=STORED),
    File(ROOT + "m.go", b"package m\n\nfunc Foo() int { return 42 }\n", method=STORED),
    File(
        ROOT + "cmd/hello/hello.go",
        b'package main\n\nimport (\n  "fmt"\n  "example.com/m"\n)\n\n'
        b"func main() {\n  fmt.Println(m.Foo())\n}\n",
        method=STORED,
    ),
)
H1 = "h1:tpqYOOmuilagXzyqoJ3roUjp8gneQeTv5YVpL6BG7/k="
FACTS = Facts(
    size=593,
    digests={
        "sha224": "812e80500ae54a12bac7feae11fc07e9b4795cbdd5b3693f04cd82c4",
        "sha256": "2175f8172a714b4c20e9c753e129980db8ae53c0859e741f8c6a7df2b46eee3f",
    },
    h1=H1,
    go_mod=GO_MOD,
)


def write(path, data=GOOD):
    """Write a zip and return its path as a request has it."""
    path.write_bytes(data)
    return str(path)
