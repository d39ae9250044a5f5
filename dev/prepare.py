"""Make everything that `make run` and `make test` need: environment, pinned packages, front end.

Runs on the machine's own Python before anything is installed, so it uses the standard library only, and syntax that
a Python too old to run the site can still parse (it must be able to say so).
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
NODE_VENV = os.path.join(ROOT, ".node")
FRONTEND = os.path.join(ROOT, "frontend")
DIST = os.path.join(ROOT, "static", "dist")
OLDEST = (3, 11)
OLDEST_NODE = 20
OUT_OF_REACH = re.compile("Could not fetch URL (?!.* 404 )|Max retries exceeded|Connection broken|timed out")
"""How pip's log shows that an index did not answer. A 404 is an answer: one of several may lack a package."""
MISSING = re.compile(r"No matching distribution found for ([\w.-]+)==([\w.+!-]+)")
ABOUT = "import platform; print(platform.python_version(), 'on', platform.machine())"


class Stop(Exception):
    """Setting up can't go on; the message says what to do."""


def main(purpose):
    """Prepare for `purpose`: ``run`` or ``test``."""
    if sys.version_info < OLDEST:
        raise Stop(
            "Duplex needs Python %d.%d or newer; this is %s.\n"
            "Install a newer Python, then say which one to use:  make %s PYTHON=python3.12"
            % (OLDEST + (sys.version.split()[0], purpose))
        )
    make_environment()
    install("requirements.txt" if purpose == "run" else "requirements-dev.txt")
    build_frontend()
    if purpose == "test":
        fetch_packages()


def make_environment():
    """Create the virtual environment, or create it again when its Python has disappeared."""
    if os.path.exists(python_of(VENV)):
        if subprocess.call([python_of(VENV), "-c", ""]) == 0:
            return
        shutil.rmtree(VENV)
    say("Creating the environment in .venv")
    try:
        subprocess.check_call([sys.executable, "-m", "venv", VENV])
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop(
            "Python could not create a virtual environment.\n"
            "On Debian and Ubuntu the package is called python3-venv:  sudo apt install python3-venv"
        )


def install(requirements):
    """Install the pinned packages, unless exactly these are in place already."""
    wanted = digest([os.path.join(ROOT, requirements)])
    stamp = os.path.join(VENV, "installed-" + requirements)
    if read(stamp) == wanted:
        return
    say("Installing the packages of " + requirements + " (once; about a minute)")
    pip_install(VENV, requirements)
    write(stamp, wanted)
    if requirements == "requirements-dev.txt":  # which holds the other one
        write(os.path.join(VENV, "installed-requirements.txt"), digest([os.path.join(ROOT, "requirements.txt")]))


def pip_install(environment, requirements):
    """Install what `requirements` lists: every file must have a hash that is listed, and nothing is compiled here."""
    python = python_of(environment)
    log = os.path.join(environment, "pip.log")
    write(log, "")  # pip appends
    command = [python, "-m", "pip", "install", "--quiet", "--progress-bar=off", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary=:all:", "--log", log, "-r", requirements]
    if subprocess.call(command, cwd=ROOT) != 0:
        raise Stop("The packages of %s could not be installed.\n%s" % (requirements, why_not(log, python)))
    os.remove(log)  # some 25 MB that nobody needs now


def why_not(log, python):
    """Return the cause, as far as pip's file `log` shows it, and what to do about it."""
    story = read(log)
    if "DO NOT MATCH THE HASHES" in story:
        return (
            "A file that came has another hash than the list: the package index, or a proxy on the way, hands out\n"
            "something else than what was tested, or pip's cache is damaged. Empty the cache, then try again:\n"
            "  %s -m pip cache purge" % python
        )
    if "Hashes are required in --require-hashes mode" in story or "must have their versions pinned" in story:
        return (
            "A package is listed without its version or without its hash (the lines above name it).\n"
            "The list is not written by hand: put the name into the .in file beside it, then  make requirements"
        )
    if OUT_OF_REACH.search(story):
        return (
            "The package index is out of reach: check the network or your proxy settings,\n"
            "then run the same command again. Details: %s" % log
        )
    missing = MISSING.search(story)
    if wants_another_python(story, missing):
        return (
            "A package (the lines above name it) is not made for this Python or this machine: %s.\n"
            "Take a Python that the site is tested with, such as 3.11:  make clean && make run PYTHON=python3.11"
            % subprocess.check_output([python, "-c", ABOUT]).decode().strip()
        )
    if missing:
        return "The package index does not have %s==%s. If it is a mirror, it may be behind." % missing.groups()
    return "The lines above say why."


def wants_another_python(story, missing):
    """Return whether the package that was not found does exist, but only for other Pythons or machines."""
    if "requires a different Python: " in story:
        return True
    if not missing:
        return False
    name = "[-_.]+".join(re.split("[-_.]+", missing.group(1)))
    file = "/%s-%s-" % (name, re.escape(missing.group(2)))
    return bool(re.search("(wheel's tags|requires a different Python).*" + file, story, re.IGNORECASE))


def build_frontend():
    """Build `static/dist`, unless it was built from exactly these sources."""
    wanted = digest(frontend_sources())
    stamp = os.path.join(DIST, "built-from")
    if read(stamp) == wanted:
        return
    fetch_packages()
    say("Building the front end")
    if subprocess.call(["node", "build.mjs"], cwd=FRONTEND, env=node_environment()) != 0:
        raise Stop("The front end did not build: the lines above name the file and the line.")
    write(stamp, wanted)


def fetch_packages():
    """Fetch what builds and checks the front end, unless exactly these packages are in place already."""
    lock = digest([os.path.join(FRONTEND, "package-lock.json")])
    installed = os.path.join(FRONTEND, "node_modules", ".installed-from")
    if read(installed) == lock:
        return
    say("Fetching the front end's packages (once)")
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.call(npm, cwd=FRONTEND, env=node_environment()) != 0:
        raise Stop(
            "The front end's packages could not be fetched (the lines above say why).\n"
            "If the npm registry is out of reach, check the network or your proxy settings,\n"
            "then run the same command again."
        )
    write(installed, lock)


def frontend_sources():
    """List every file that the built front end depends on."""
    found = [os.path.join(FRONTEND, name) for name in ("package.json", "package-lock.json", "build.mjs")]
    for folder in ("js", "css"):
        for directory, _, names in sorted(os.walk(os.path.join(ROOT, "static", folder))):
            found.extend(os.path.join(directory, name) for name in sorted(names))
    return found


def run_script(script):
    """Run one of the scripts that `frontend/package.json` names; return its exit code."""
    fetch_packages()
    return subprocess.call(["npm", "run", "--silent", script], cwd=FRONTEND, env=node_environment())


def node_environment():
    """Return the environment in which `node` and `npm` are new enough."""
    return dict(os.environ, PATH=node_directory() + os.pathsep + os.environ["PATH"])


def node_directory():
    """Return the folder of a Node that is new enough; fetch one from PyPI (build-time only) where there is none."""
    node = shutil.which("node")
    if node and shutil.which("npm") and node_version(node) >= OLDEST_NODE:
        return os.path.dirname(node)
    binaries = os.path.dirname(python_of(NODE_VENV))
    if not os.path.exists(os.path.join(binaries, "node")):
        say("No Node %d or newer here: fetching one to build with (once; into .node, 200 MB)" % OLDEST_NODE)
        shutil.rmtree(NODE_VENV, ignore_errors=True)
        subprocess.check_call([sys.executable, "-m", "venv", NODE_VENV])
        try:
            pip_install(NODE_VENV, os.path.join("frontend", "requirements.txt"))
        except Stop as stop:
            raise Stop("%s\n\nOr install Node %d or newer yourself." % (stop, OLDEST_NODE))
    return binaries


def node_version(node):
    """Return the major version of that Node, or 0."""
    try:
        said = subprocess.check_output([node, "--version"]).decode()
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0


def python_of(environment):
    """Return the path of a virtual environment's Python."""
    return os.path.join(environment, "bin", "python")


def digest(paths):
    """Return one hash over the names and contents of `paths`."""
    seen = hashlib.sha256()
    for path in paths:
        seen.update(os.path.relpath(path, ROOT).encode())
        with open(path, "rb") as file:
            seen.update(file.read())
    return seen.hexdigest()


def read(path):
    """Return the text of a stamp file; empty when there is none."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def write(path, text):
    """Write a stamp file."""
    with open(path, "w") as file:
        file.write(text)


def say(sentence):
    """Tell the person at the terminal what is being done now."""
    sys.stderr.write("- " + sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["npm"]:
            sys.exit(run_script(sys.argv[2]))
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except Stop as stop:
        sys.stderr.write("\n" + str(stop) + "\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
