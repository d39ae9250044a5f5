"""Bring a project: a zip, a folder or files become the program in the playground's editor, and it runs."""

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.faults import axe_faults
from tests.stage.brought import brought
from tests.stage.workbench import Workbench

pytestmark = pytest.mark.browser

PLAYGROUND = "/playground/"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PROJECT: dict[str, str | bytes] = {
    **brought("factory_and_blueprint").files,
    "chat/static/logo.png": PICTURE,
    ".env": "SECRET_KEY=do-not-send-me",
    ".git/config": "[core]",
    "node_modules/a/index.js": "1",
    "node_modules/b/index.js": "2",
    "instance/chat.db": "SQLite format 3",
}
LEFT_OUT = [".env", ".git/", "instance/chat.db", "node_modules/"]


def packed(files: dict[str, str | bytes]) -> bytes:
    """Return the files as a zip with one folder around them, as it comes from a code host."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"chat-main/{name}", content)
    return into.getvalue()


def dialog_of(page: Page) -> Locator:
    page.get_by_role("button", name="Bring a project").click()
    return page.get_by_role("dialog", name="Bring a project")


def choose(page: Page, button: str, what: object) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name=button).click()
    choosing.value.set_files(what)  # type: ignore[arg-type]


def zip_file(name: str = "chat.zip") -> dict[str, object]:
    return {"name": name, "mimeType": "application/zip", "buffer": packed(PROJECT)}


def left_out_in(dialog: Locator) -> list[str]:
    return dialog.locator("li code").all_inner_texts()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_zip_is_unpacked_listed_put_into_the_editor_and_run(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(PLAYGROUND, viewport={"width": width, "height": 900})
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    bench = Workbench(page)
    before = bench.program()
    dialog = dialog_of(page)
    choose(page, "A zip or files", zip_file())
    expect(dialog).to_contain_text("wsgi.py is the one that Run starts")
    assert left_out_in(dialog) == LEFT_OUT
    assert axe_faults(page, "the project") == []
    dialog.get_by_role("button", name="Put it into the editor").click()
    expect(page.get_by_role("tab", name="wsgi.py")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tab", name="chat/main/events.py")).to_be_attached()
    bench.button("Run").click()
    expect(bench.pill).to_contain_text("Running")
    assert not [frame for frame in sent if "do-not-send-me" in frame]
    bench.notes.get_by_role("button", name="Undo").click()
    expect(page.locator("code-editor textarea")).to_have_value(before)


def test_what_is_dropped_on_the_editor_is_brought_as_well(open_page: Callable[..., Page]) -> None:
    page = open_page(PLAYGROUND)
    dropped = page.evaluate_handle(
        """(text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "chat.zip", { type: "application/zip" }));
            return carried;
        }""",
        base64.b64encode(packed(PROJECT)).decode(),
    )
    page.locator("code-editor .cm-content").dispatch_event("drop", {"dataTransfer": dropped})
    dialog = page.get_by_role("dialog", name="Bring a project")
    expect(dialog).to_contain_text("wsgi.py is the one that Run starts")
    assert left_out_in(dialog) == LEFT_OUT


def test_a_folder_and_single_files_are_brought_by_keyboard(open_page: Callable[..., Page], tmp_path: Path) -> None:
    folder = tmp_path / "quiz"
    for name, content in {"app.py": "print('hello')\n", "templates/a.html": "<p>", "node_modules/x.js": ""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    page = open_page(PLAYGROUND)
    page.get_by_role("button", name="Bring a project").press("Enter")
    dialog = page.get_by_role("dialog", name="Bring a project")
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="A folder").press("Enter")
    choosing.value.set_files(folder)
    expect(dialog).to_contain_text("app.py is the one that Run starts")
    assert left_out_in(dialog) == ["node_modules/"]
    choose(page, "A zip or files", [folder / "app.py", folder / "templates" / "a.html"])
    expect(dialog).to_contain_text("2 files")
    dialog.get_by_role("button", name="Put it into the editor").press("Enter")
    expect(page.get_by_role("tab", name="app.py")).to_be_visible()


def test_what_is_no_project_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page(PLAYGROUND)
    dialog = dialog_of(page)
    choose(page, "A zip or files", {"name": "x.zip", "mimeType": "application/zip", "buffer": b"PK no zip"})
    expect(dialog).to_contain_text("This is no zip, or a damaged one.")
    choose(page, "A zip or files", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"})
    expect(dialog).to_contain_text("There is no Python file in it that could be run.")
    expect(dialog.get_by_role("button", name="Put it into the editor")).to_be_hidden()


def test_a_crash_in_another_file_leads_there(open_page: Callable[..., Page]) -> None:
    page = open_page(PLAYGROUND)
    bench = Workbench(page)
    dialog = dialog_of(page)
    files = [
        {"name": "app.py", "mimeType": "text/x-python", "buffer": b"import models\n"},
        {"name": "models.py", "mimeType": "text/x-python", "buffer": b"x = 1\ny = nothing\n"},
    ]
    choose(page, "A zip or files", files)
    dialog.get_by_role("button", name="Put it into the editor").click()
    bench.button("Run").click()
    expect(bench.notes).to_contain_text("models.py, line 2")
    bench.notes.get_by_role("button", name="Go to line 2").click()
    expect(page.get_by_role("tab", name="models.py")).to_have_attribute("aria-selected", "true")
