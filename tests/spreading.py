"""Which tests a process of `make test` takes together: those of a file, as a rule.

Files whose tests take long and share nothing are dealt out test by test, so that no process is left with
one of them at the end. Files that need the same running server are taken by one process, which starts it
once. Holds no test.
"""

from xdist.scheduler import LoadScopeScheduling

APART = {
    "tests/faults/test_killed_processes.py",
    "tests/faults/test_workers_anywhere.py",
    "tests/faults/test_revocation.py",
}
TOGETHER = {
    "tests/journey/test_every_page.py": "the running site",
    "tests/journey/test_from_post_to_page.py": "the running site",
    "tests/journey/test_deciding_misfiles.py": "the running site",
    "tests/journey/test_report_to_incident.py": "the running site",
}


class Spreading(LoadScopeScheduling):  # type: ignore[misc]
    """The scheduler of --dist loadfile, with these exceptions."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file in APART else TOGETHER.get(file, file)
