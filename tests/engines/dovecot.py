"""Dovecot from Debian's packages: an IMAP server with one mailbox, in a directory of its own."""

import grp
import os
import pwd
import shutil
from pathlib import Path

from tests.engines import programs
from tests.engines.server import Server, answers, free_port, launch, password

USER = "post"
_CONFIGURATION = """\
base_dir = {space}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{space}/mail
default_login_user = {owner}
default_internal_user = {owner}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password={secret}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={space}/home
}}
"""


def start(space: Path) -> Server:
    """Start it with its mail and settings under this directory."""
    if shutil.which("dovecot") is None:
        programs.debian("dovecot-imapd")
    port, secret = free_port(), password()
    owner = "dovecot" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    found = pwd.getpwnam(owner)
    for part in ("run", "mail", "home"):
        (space / part).mkdir()
        os.chown(space / part, found.pw_uid, found.pw_gid)
    space.chmod(0o755)
    settings = space / "dovecot.conf"
    group = grp.getgrgid(found.pw_gid).gr_name
    settings.write_text(
        _CONFIGURATION.format(space=space, port=port, secret=secret, owner=owner, group=group)
    )
    command: list[str | Path] = ["dovecot", "-F", "-c", settings]
    process = launch(command, space / "log", lambda: answers(port))
    return Server(f"imap://{USER}:{secret}@127.0.0.1:{port}", process)
