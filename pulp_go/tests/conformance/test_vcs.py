"""Discovery, compared with the tables of cmd/go."""

from pulp_go.gomod import goimport, govcs, knownhosts
from pulp_go.gomod.errors import GoImportError, GOVCSError
from pulp_go.gomod.goimport import MetaImport


def meta(fields):
    return MetaImport(fields["Prefix"], fields["VCS"], fields["RepoRoot"], fields["SubDir"])


def reason(call, *arguments, **options):
    """Return the result of a call, and the text of its error or ""."""
    try:
        return call(*arguments, **options), ""
    except (GoImportError, GOVCSError) as error:
        return None, str(error)


def test_parse_meta(cases):
    for case in cases("vcs.json", "parse_meta"):
        page = case["HTML"].encode()
        found, error = reason(goimport.parse_meta, page, prefer_mod=case["PreferMod"])
        assert (found or [], error) == ([meta(out) for out in case["Out"]], case["Err"]), page


def test_match_go_import(cases):
    for case in cases("vcs.json", "match_go_import"):
        imports = [meta(fields) for fields in case["Imports"]]
        found, error = reason(goimport.match_go_import, imports, case["Path"])
        assert (found, error) == (meta(case["Match"]) if case["OK"] else None, case["Err"]), case


def test_static_repo_root(cases):
    for case in cases("vcs.json", "static_repo_root"):
        found, error = reason(knownhosts.static_repo_root, case["Path"])
        assert error == case["Err"], case
        if found is None:
            assert case["Dynamic"] or error, case
        else:
            wanted = (case["Root"], case["VCS"], case["Repo"], False)
            assert (found.root, found.vcs, found.repo, case["Dynamic"]) == wanted, case


def test_validate_repo_root(cases):
    for case in cases("vcs.json", "validate_repo_root"):
        _, error = reason(goimport.validate_repo_root, case["root"])
        assert (error == "") == case["ok"], case


def test_govcs(cases):
    for case in cases("vcs.json", "govcs"):
        rules = govcs.parse(case["GOVCS"])
        allowed = govcs.allows(rules, case["Path"], case["VCS"], private=case["Private"])
        assert allowed == case["OK"], case


def test_govcs_errors(cases):
    for text, error in cases("vcs.json", "govcs_errors"):
        assert reason(govcs.parse, text) == (None, error)
