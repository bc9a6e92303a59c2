"""Setting up mailboxes: what is wrong is said at the start, and the password nowhere."""

from pathlib import Path

import pytest

from api.mailbox_places import mailboxes
from api.sources import SourceWatch
from edrms.errors import CannotStart
from scanning.mailbox.imap import MailServer
from scanning.mailbox.taking import MailboxPlace
from tests import factories

SECRET = "a word nobody guesses"
GOOD = """[[mailbox]]
host = "mail.example.org"
user = "post"
password_file = "secret"
account = "mailbox"
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    file = tmp_path / "mailboxes.toml"
    file.write_text(text)
    return file


def test_a_mailbox_is_set_up_by_a_few_words(tmp_path: Path) -> None:
    (found,) = mailboxes(written(tmp_path, GOOD + 'move_to = "Done"\n'))
    server = MailServer("mail.example.org", 993, "post", SECRET, "INBOX", "tls")
    assert found == MailboxPlace(server=server, account="mailbox", stream="email", move_to="Done")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must hold"), ("][", "cannot be read"), (GOOD * 2, "named twice"),
        (GOOD.replace("host", "hosts"), "host"), (GOOD + "port = 0\n", "port"),
        (GOOD + 'security = "some"\n', "security"),
        (GOOD + 'security = "none"\n', "would cross the network in clear"),
        (GOOD.replace('"secret"', '"gone"'), "password file cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_set_up_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(CannotStart, match=why) as caught:
        mailboxes(written(tmp_path, text))
    assert SECRET not in str(caught.value)


def test_a_mailbox_of_nobody_is_not_watched(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    instance = factories.new_instance(tmp_path / "home", mailboxes_file=file)
    with pytest.raises(CannotStart, match="no active account mailbox"):
        SourceWatch(instance)
    instance.database.close()
