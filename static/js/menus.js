// Menus are <details class="menu">: they work without a script; this closes them when the reader has turned away.

/** Close open menus on a press elsewhere, and on Escape (the focus goes back to the menu's button). */
export function closeMenusWhenLeft() {
  document.addEventListener("pointerdown", ({ target }) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
