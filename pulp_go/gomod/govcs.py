"""GOVCS: which version control systems may be used for which modules.

    GOVCS=github.com:git,evil.example:off,*:git|hg

A list with commas of rules `pattern:system|system`. A pattern is "public", "private", or a glob as
of GOPRIVATE; the first rule whose pattern matches decides. "all" allows every system; "off" is the
name of none. `go` appends `private:all,public:git|hg` to what its user has set. What no rule is for
is not allowed; a module proxy always is.

https://go.dev/ref/mod#vcs-govcs
"""

from dataclasses import dataclass

from pulp_go.gomod.errors import GOVCSError
from pulp_go.gomod.goimport import MOD
from pulp_go.gomod.module import match_prefix_patterns


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        pattern: Which modules it is for.
        systems: The version control systems that they may come from.
    """

    pattern: str
    systems: tuple[str, ...]

    def is_for(self, path: str, *, private: bool) -> bool:
        """Report whether this rule decides for a path."""
        if self.pattern in {"public", "private"}:
            return private == (self.pattern == "private")
        return match_prefix_patterns(self.pattern, path)


DEFAULT = (Rule("private", ("all",)), Rule("public", ("git", "hg")))
"""What `go` appends to the rules of its user."""


def parse(text: str) -> tuple[Rule, ...]:
    """Return the rules of a value of GOVCS.

    Raises:
        GOVCSError: It is none.
    """
    items: dict[str, str] = {}
    rules = []
    for item in map(str.strip, text.split(",")) if text.strip() else ():
        rule = _rule(item)
        if rule.pattern in items:
            raise GOVCSError(
                f'unreachable pattern in GOVCS: "{item}" after "{items[rule.pattern]}"'
            )
        if not all(rule.systems):
            raise GOVCSError(f'empty VCS name in GOVCS: "{item}"')
        items[rule.pattern] = item
        rules.append(rule)
    return tuple(rules)


def allows(rules: tuple[Rule, ...], path: str, vcs: str, *, private: bool) -> bool:
    """Report whether the module at `path` may come from `vcs`.

    Args:
        rules: What `parse` returned, most often with `DEFAULT` appended.
        path: The module path.
        vcs: The version control system, or "mod".
        private: Whether the module is private, by GOPRIVATE.
    """
    if vcs == MOD:
        return True
    decides = (rule for rule in rules if rule.is_for(path, private=private))
    return not {"all", vcs}.isdisjoint(next(decides, Rule("", ())).systems)


def _rule(item: str) -> Rule:
    """Return the rule that an item of the list is, of which the systems may be empty names."""
    if not item:
        raise GOVCSError("empty entry in GOVCS")
    pattern, colon, systems = (part.strip() for part in item.partition(":"))
    if not colon:
        raise GOVCSError(f'malformed entry in GOVCS (missing colon): "{item}"')
    if not pattern:
        raise GOVCSError(f'empty pattern in GOVCS: "{item}"')
    if not systems:
        raise GOVCSError(f'empty VCS list in GOVCS: "{item}"')
    if pattern in {".", ".."} or pattern.startswith(("./", "../")):
        raise GOVCSError(f'relative pattern not allowed in GOVCS: "{pattern}"')
    return Rule(pattern, tuple(map(str.strip, systems.split("|"))))
