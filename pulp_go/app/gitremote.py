"""The row of a remote that names git repositories."""

from pathlib import Path

from django.conf import settings
from django.db import models

from pulpcore.plugin.models import AutoAddObjPermsMixin, EncryptedTextField, Remote

from pulp_go.app import sumdbs
from pulp_go.gomod import giturl, reporoots, versionquery
from pulp_go.gomod.errors import GitURLError


class GoGitRemote(Remote, AutoAddObjPermsMixin):
    """Git repositories, which of their modules are wanted, and what opens them.

    `username` and `password` are for https, `private_key` is for ssh. What a `GoRemote` has beside
    its words has no place here: nobody but the repository vouches for what is in it.

    Attributes:
        includes: Words of a selection (`gomod.versionquery`); none select every module known here.
        excludes: Words that take module versions away again.
        modules: Directories by module path, see `gomod.reporoots`.
        path_prefix: The module path of the repository's root, or of what all roots are below.
        path_elements: How many elements after that name a repository; 0 for a single one.
        discover: Whether every go.mod of the repository is a module.
        go_import: Whether the host of a module path is asked where its repository is.
        private_key: An ssh key in OpenSSH's or PEM form.
        known_hosts: The keys of ssh servers, as lines of a known_hosts file.
    """

    TYPE = "git"

    includes = models.JSONField(default=list)
    excludes = models.JSONField(default=list)
    modules = models.JSONField(default=dict)
    path_prefix = models.TextField(default="")
    path_elements = models.PositiveIntegerField(default=0)
    discover = models.BooleanField(default=False)
    go_import = models.BooleanField(default=False)
    private_key = EncryptedTextField(null=True)
    known_hosts = models.TextField(default="")

    takes_revisions = True
    go_sum = ""
    go_mods = ()
    go_work = ""
    sumdb = sumdbs.OFF
    sumdb_direct = False
    no_sumdb = ()
    database = None

    class Meta:
        default_related_name = "%(app_label)s_%(model_name)s"
        permissions = [("manage_roles_gogitremote", "Can manage roles on Go git remotes")]

    @property
    def roots(self):
        """What says where modules lie: a `gomod.reporoots.RepoRoots`."""
        return reporoots.RepoRoots(
            self.url.rstrip("/"), self.path_prefix, self.path_elements, self.modules
        )

    @property
    def is_many(self):
        """Whether this is not a single repository: which ones there are nobody says."""
        return bool(self.path_elements or self.go_import)

    @property
    def selects_nothing(self):
        """What would have a sync ask for anything; "" if it would."""
        words = [versionquery.parse_word(text, revisions=True) for text in self.includes]
        if self.modules or self.discover or any(not word.is_glob for word in words):
            return ""
        if self.path_prefix and not self.is_many:
            return ""
        return "set modules, or includes without a wildcard."


def check_url(url):
    """Return the `giturl.GitURL` that an import may use.

    Raises:
        GitURLError: It is none, or a file where no import may read.
    """
    parsed = giturl.parse(url)
    if parsed.scheme == "file":
        path = Path(parsed.path).resolve()
        allowed = (Path(one).resolve() for one in settings.ALLOWED_IMPORT_PATHS)
        if not any(path.is_relative_to(one) for one in allowed):
            raise GitURLError("the path is not below one of ALLOWED_IMPORT_PATHS")
    return parsed
