"""The first page of the manual in a real JupyterLab in a real browser, without any network but this machine."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from brokers import free_port
from chromium import MARKS, PATIENCE, SCREENSHOTS, only_here
from playwright.sync_api import Browser, Page

pytestmark = [*MARKS, pytest.mark.timeout(240)]

REPOSITORY = Path(__file__).parent.parent
NOTEBOOK = REPOSITORY / "notebooks" / "01_live_map.ipynb"

LAST_CELL = """import threading
consumers = [thread for thread in threading.enumerate() if thread.name.startswith("Tracker(")]
f"{len(consumers)} running, selected: {t.selected}\""""

# The markers that can be seen, by what the mouse over them tells.
MARKERS = """() => Object.fromEntries([...document.querySelectorAll("img.leaflet-marker-icon")]
    .filter((image) => image.width > 0).map((image) => [image.title, image.style.transform.split(" rotate")[0]]))"""
MOVED = f"""(before) => {{ const now = ({MARKERS})();
    return Object.keys(now).some((name) => name in before && now[name] !== before[name]); }}"""
# One that no other lies on.
IN_THE_OPEN = """() => { for (const image of document.querySelectorAll("img.leaflet-marker-icon")) {
    const box = image.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (image.width && document.elementFromPoint(x, y) === image) return { name: image.title, x, y }; } }"""


def live_copy() -> str:
    """The notebook without its outputs; its last cell, a second map, gives way to one that tells how it goes."""
    notebook = json.loads(NOTEBOOK.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    *_, last = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert "t.map(" in "".join(last["source"])  # what runs all cells ends with something that moves
    last["source"] = LAST_CELL
    notebook["metadata"].pop("widgets", None)
    return json.dumps(notebook)


class Lab:
    """JupyterLab with the notebook, in folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.token = free_port(), secrets.token_hex()
        notebooks = folder / "notebooks"
        for made in (notebooks, folder / "home"):
            made.mkdir()
        (notebooks / NOTEBOOK.name).write_text(live_copy())
        own = {
            "HOME": "home", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime", "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if name != "KAFKA_BOOTSTRAP_SERVERS"}
        settings = {
            "JUPYTER_TOKEN": self.token,
            "JUPYTER_CONFIG_PATH": str(REPOSITORY / "tracker" / "workbench" / "lab_config"),
        }
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "tracker.workbench.lab", "--no-browser", "--allow-root",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={notebooks}",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env=environment | {name: str(folder / place) for name, place in own.items()} | settings,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = []
        for line in self.process.stderr:
            said.append(line)
            if "is running at" in line:
                break
        assert self.process.poll() is None, "".join(said)
        # What it says from now on is of no interest, but it must be read.
        self.listening = threading.Thread(target=self.process.stderr.read, daemon=True)
        self.listening.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/lab/tree/{NOTEBOOK.name}?token={self.token}"

    def children(self, word: str) -> int:
        """How many processes below it have this word in their command."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return sum(word in " ".join(child.cmdline()) for child in below)

    def stop(self) -> None:
        below = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        self.process.wait(20)
        self.process.stdin.close()
        _, alive = psutil.wait_procs(below, 10)
        for child in alive:
            child.kill()
        self.listening.join(10)
        self.process.stderr.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def page(lab: Lab, browser: Browser) -> Iterator[Page]:
    """JupyterLab with the notebook open; whatever is not on this machine cannot be reached."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    context.route("**/*", only_here)
    page = context.new_page()
    SCREENSHOTS.mkdir(exist_ok=True)
    open_page(page, lambda: page.goto(lab.url))
    yield page
    page.screenshot(path=SCREENSHOTS / "end.png")
    context.close()


def open_page(page: Page, go: Callable[[], object]) -> None:
    """Go there, and wait for a kernel."""
    go()
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()


def choose(page: Page, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    page.locator(".lm-Menu-item", has_text=item).first.click()


def wait_for_last_cell(page: Page) -> str:
    output = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output pre")
    output.wait_for()
    return output.inner_text()


def assert_alive(page: Page) -> None:
    """Markers move, and the strip and the table change."""
    page.locator(".leaflet-container").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('img.leaflet-marker-icon').length > 10")
    before = page.evaluate(MARKERS)
    for panel in ("[role=status]", ".flight-table tbody"):
        text = page.locator(panel).inner_text()
        page.wait_for_function("([panel, text]) => document.querySelector(panel).innerText !== text", arg=[panel, text])
    page.wait_for_function(MOVED, arg=before)


def test_all_cells_run_and_what_they_show_lives(page: Page, lab: Lab) -> None:
    choose(page, "Run", "Run All Cells")
    assert wait_for_last_cell(page) == "'1 running, selected: None'"
    assert_alive(page)
    assert "connected" in page.locator("[role=status]").inner_text()
    page.screenshot(path=SCREENSHOTS / "live.png")


def test_a_click_on_a_header_sorts_the_table(page: Page) -> None:
    table = page.locator(".flight-table")
    table.scroll_into_view_if_needed()
    button = table.locator("th button", has_text="altitude")
    for order, sign in (("ascending", 1), ("descending", -1)):
        button.click()
        table.locator(f"th[aria-sort={order}]", has_text="altitude").wait_for()  # another column was, before the click
        texts = table.locator("tbody td:nth-child(3)").all_inner_texts()
        feet = [int(text.replace(",", "")) * sign for text in texts if text[0].isdigit()]
        assert len(feet) > 3
        assert feet == sorted(feet)


def test_a_click_on_a_marker_opens_its_popup_and_selects_the_aircraft(page: Page) -> None:
    page.locator(".leaflet-container").scroll_into_view_if_needed()
    marker = page.evaluate(IN_THE_OPEN)
    page.mouse.click(marker["x"], marker["y"])
    popup = page.locator(".leaflet-popup")
    popup.get_by_text(marker["name"], exact=True).wait_for()
    popup.get_by_text(" ft").first.wait_for()
    page.screenshot(path=SCREENSHOTS / "popup.png")
    address = popup.locator("tr", has_text="Address").locator("td").last.inner_text()
    cell = page.locator(".jp-CodeCell").last
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    cell.locator("pre", has_text=f"1 running, selected: {address}").wait_for()


def test_a_page_that_is_loaded_again_shows_the_present(page: Page, lab: Lab) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_function("!document.querySelector('.lm-DockPanel-tabBar .jp-mod-dirty')")
    open_page(page, lambda: page.reload())
    assert_alive(page)
    assert page.locator(".flight-table th[aria-sort=descending]").count() == 1
    assert lab.children("ipykernel_launcher") == 1


def test_a_kernel_that_is_restarted_runs_again_and_leaves_one_consumer(page: Page, lab: Lab) -> None:
    choose(page, "Kernel", "Restart Kernel and Run All Cells")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator(".jp-CodeCell").last.locator("pre", has_text="1 running, selected: None").wait_for()
    assert_alive(page)
    assert lab.children("ipykernel_launcher") == 1
    assert lab.children("producer") == 1
    page.screenshot(path=SCREENSHOTS / "restarted.png")
