"""Take it home: the zip is a project that runs on its own."""

import os
import pty
import re
import subprocess
import sys
import zipfile

import socketio

from tests.stage.running_site import free_port
from tests.stage.workbench import ECHO, Workbench


def test_the_downloaded_project_runs_and_answers(open_page, tmp_path):
    bench = Workbench(open_page("/playground/"))
    port = free_port()
    bench.write(ECHO.replace("socketio.run(app)", f"socketio.run(app, port={port})"))
    bench.page.locator("run-toolbar").get_by_label("More", exact=True).click()
    with bench.page.expect_download() as waiting:
        bench.page.get_by_role("button", name="Download the files").click()
    assert waiting.value.suggested_filename == "duplex-playground.zip"
    with zipfile.ZipFile(waiting.value.path()) as archive:
        archive.extractall(tmp_path)
    project = tmp_path / "duplex-project"
    assert (project / "server.py").read_text() == bench.program()
    assert "server.py" in (project / "README.md").read_text()
    pins = (project / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in pins) and len(pins) == 4

    # Werkzeug's development server refuses to serve without a terminal, so the program gets one.
    ours, theirs = pty.openpty()
    server = subprocess.Popen([sys.executable, "server.py"], cwd=project, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        client = socketio.Client(reconnection=False)
        printed = ""
        while "Running on" not in printed:
            printed += os.read(ours, 4096).decode()
        client.connect(f"http://127.0.0.1:{port}")
        assert client.call("add", (2, 3)) == 5
        client.disconnect()
        page = bench.page.context.new_page()
        page.goto(f"http://127.0.0.1:{port}/static/client.html")
        page.get_by_text("Connected as").wait_for()
        page.get_by_label("Event name").fill("add")
        page.get_by_label("Arguments").fill("4, 5")
        page.get_by_role("button", name="Emit").click()
        page.get_by_text("acknowledged: [9]").wait_for()
        page.close()
    finally:
        server.kill()
        server.wait()
        os.close(ours)
