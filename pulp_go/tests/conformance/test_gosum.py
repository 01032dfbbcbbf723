from pulp_go.gomod import gosum

HASH = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_sort(cases):
    sort = cases("module.json", "gosum_sort")
    shuffled, wanted = (
        [f"{line['Path']} {line['Version']} {HASH}\n" for line in sort[side]]
        for side in ("in", "out")
    )
    assert gosum.format(gosum.parse("".join(shuffled))) == "".join(wanted)
