// A table wider than its column scrolls; then the keyboard must be able to reach it.

/** Keep every table of the text in the tab order for as long as it scrolls. */
export function tendTables() {
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const table of document.querySelectorAll(".prose table")) watch.observe(table);
}
