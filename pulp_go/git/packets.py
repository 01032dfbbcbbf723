"""The one packet of git's protocol that dulwich overlooks where it expects a pack.

https://git-scm.com/docs/gitprotocol-pack#_pkt_line_format: an error is told in a packet that begins
with "ERR ". No other does: a line of a list begins with an id, and pieces of a pack with the number
of their channel.
"""

from dulwich.errors import GitProtocolError


def checked(content: bytes) -> bytes:
    """Return what was read of a host, a packet's length or its content, unless it is an error.

    Raises:
        GitProtocolError: It is one; its text is the host's.
    """
    if content.startswith(b"ERR "):
        raise GitProtocolError(content[4:].decode("utf-8", "replace"))
    return content
