"""Where the repository of a module is, asked of the host of its path as `go` asks it.

Hosts whose paths say it are asked for nothing. Of all others a page is read, without credentials: a
page is for everybody. What leads back to this Pulp is refused, or one request would be many.

https://go.dev/ref/mod#vcs-find
"""

from urllib.parse import urlsplit

from django.conf import settings

from pulp_go.app.exceptions import BadReplyError, SelectionInvalidError
from pulp_go.app.upstream import Upstream, anonymous
from pulp_go.gomod import goimport
from pulp_go.gomod.errors import GoImportError
from pulp_go.gomod.knownhosts import static_repo_root
from pulp_go.gomod.reporoots import RepoRoot

# The head of a page; `go` reads all of it.
MAX_PAGE = 1 << 20
GIT = "git"


class Discovery:
    """The hosts of module paths, asked in the ways of a remote; an async context manager.

    Args:
        remote: A `GoGitRemote`.
    """

    def __init__(self, remote):
        self._upstream = Upstream(anonymous(remote, ""))

    async def __aenter__(self):
        await self._upstream.__aenter__()
        return self

    async def __aexit__(self, *exc_info):
        await self._upstream.__aexit__(*exc_info)

    async def find(self, module):
        """Return the `RepoRoot` of a module.

        Raises:
            SelectionInvalidError: It lies in no git repository, or leads back here.
            BadReplyError: Its host does not say where it lies, or contradicts itself.
            UpstreamError: Its host could not be asked.
        """
        try:
            place = static_place(module) or await self._asked(module)
        except GoImportError as error:
            raise BadReplyError(f"{module}: {error}") from error
        refuse_here(module, place.repo)
        return place

    async def _asked(self, module):
        """Return what the page of a module says, if that of the prefix in it says the same."""
        refuse_here(module, goimport.page_url(module))
        said = await self._said(module)
        if said.prefix != module:
            goimport.check_agreement(said, await self._said(said.prefix))
        goimport.check_meta_import(said)
        require_git(module, said.vcs)
        return RepoRoot(said.repo_root, said.prefix, said.subdir)

    async def _said(self, path):
        """Return the `goimport.MetaImport` that is of a path, on the page of this."""
        url = goimport.page_url(path)
        status, page = await self._upstream.page(url, MAX_PAGE)
        try:
            return goimport.match_go_import(goimport.parse_meta(page, prefer_mod=True), path)
        except GoImportError as error:
            raise BadReplyError(f"{url}: {status}: {error}") from error


def static_place(module):
    """Return the `RepoRoot` of a module whose path says it, or None."""
    known = static_repo_root(module)
    if known is None:
        return None
    require_git(module, known.vcs)
    return RepoRoot(known.repo, known.root)


def require_git(module, vcs):
    """Check that a module lies in a git repository.

    Raises:
        SelectionInvalidError: It lies elsewhere; a `mod` is a GOPROXY, for a remote of that kind.
    """
    if vcs != GIT:
        raise SelectionInvalidError(f"{module} lies in no git repository: go-import says {vcs}")


def refuse_here(module, url):
    """Check that a URL does not lead to this Pulp.

    Raises:
        SelectionInvalidError: It does.
    """
    if settings.CONTENT_ORIGIN and urlsplit(url).netloc == urlsplit(settings.CONTENT_ORIGIN).netloc:
        raise SelectionInvalidError(f"{module} leads back to this Pulp: {url}")
