"""What `make lint` asks of scripts and style sheets: a fault that somebody plants is named, with its file."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "frontend" / "node_modules" / ".bin"
NODE = shutil.which("node") or str(ROOT / ".node" / "bin" / "node")

pytestmark = pytest.mark.skipif(not (TOOLS / "biome").exists(), reason="`make test` fetches the packages")


def run(tool: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NODE, TOOLS / tool, *arguments], capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A copy of the project's rules, and an empty place for scripts and styles beside it."""
    shutil.copy(ROOT / "biome.jsonc", tmp_path)
    for folder in ("static/js/core", "static/js/lesson", "static/css", "frontend"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("tsconfig.json", "tsconfig.strict.json", "types.d.ts", "loose.d.ts", "unused_exports.mjs"):
        shutil.copy(ROOT / "frontend" / file, tmp_path / "frontend")
    (tmp_path / "frontend" / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")
    (tmp_path / "tests").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("place", "fault", "rule"),
    [
        ("static/js/lesson/a.js", "const unused = 1;\n", "noUnusedVariables"),
        ("static/js/lesson/a.js", 'console.log("left behind");\n', "noConsole"),
        ("static/js/lesson/a.js", "export  const a = 1\n", "format"),
        ("static/css/a.css", ".a {\n  colour: red;\n}\n", "noUnknownProperty"),
        ("static/css/a.css", ".a{color:red}\n", "format"),
    ],
)
def test_biome_names_a_planted_fault(planted: Path, place: str, fault: str, rule: str) -> None:
    (planted / place).write_text(fault)
    found = run("biome", "check", "--error-on-warnings", cwd=planted)
    assert found.returncode == 1
    assert rule in found.stdout + found.stderr and place in found.stdout + found.stderr


@pytest.mark.parametrize(
    ("place", "config", "fault"),
    [
        ("static/js/core/a.js", "tsconfig.strict.json", "export const twice = (number) => 2 * number;\n"),
        ("static/js/lesson/a.js", "tsconfig.json", "export const twice = 2 * [1].lenght;\n"),
    ],
)
def test_types_name_a_planted_fault(planted: Path, place: str, config: str, fault: str) -> None:
    (planted / place).write_text(fault)
    found = run("tsc", "-p", config, cwd=planted / "frontend")
    assert found.returncode != 0 and place in found.stdout


def test_an_export_that_nobody_imports_is_named(planted: Path) -> None:
    (planted / "static/js/core/a.js").write_text("export const used = 1;\nexport const lonely = used;\n")
    (planted / "static/js/lesson/b.js").write_text('import { used } from "../core/a.js";\n\nused.toFixed();\n')
    script = planted / "frontend" / "unused_exports.mjs"
    found = subprocess.run([NODE, script], capture_output=True, text=True, timeout=60, cwd=planted)
    assert found.returncode == 1
    assert found.stderr == "static/js/core/a.js: nobody imports lonely\n"
