// Menus are <details class="menu">: they work without scripts; this places them, and closes them on leaving.

const GAP = 4;
const EDGE = 8;

/** Keep menus inside the window, and close them on a press elsewhere, on Escape and when their anchor moves. */
export function tendMenus() {
  document.addEventListener(
    "toggle",
    ({ target }) => target.matches("details.menu[open]:not(.lesson-picker)") && place(target),
    { capture: true },
  );
  document.addEventListener("pointerdown", ({ target }) => closeAll((menu) => !menu.contains(target)));
  document.addEventListener("scroll", ({ target }) => closeAll((menu) => target !== menu && target.contains(menu)), {
    capture: true,
    passive: true,
  });
  window.addEventListener("resize", () => closeAll(isPlaced));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function closeAll(which) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (which(menu)) menu.open = false;
  }
}

function isPlaced(menu) {
  return menu.querySelector(".menu-body").style.position === "fixed";
}

/** A card scrolls, and would clip its menu: the menu is laid over the page, below its button or above it. */
function place(menu) {
  const button = menu.querySelector("summary").getBoundingClientRect();
  const body = menu.querySelector(".menu-body");
  const { innerHeight, innerWidth } = window;
  const below = innerHeight - button.bottom - GAP - EDGE;
  const above = button.top - GAP - EDGE;
  Object.assign(body.style, { position: "fixed", left: "0", top: "0", right: "auto", maxHeight: "none" });
  const { height, width, left: fromLeft, top: fromTop } = body.getBoundingClientRect();
  const up = height > below && above > below;
  const shown = Math.min(height, up ? above : below);
  const left = Math.max(EDGE, Math.min(button.right - width, innerWidth - width - EDGE));
  const top = up ? button.top - GAP - shown : button.bottom + GAP;
  // `fixed` is relative to the nearest containing block, which need not be the window: correct by where 0, 0 is.
  Object.assign(body.style, { left: `${left - fromLeft}px`, top: `${top - fromTop}px`, maxHeight: `${shown}px` });
}
