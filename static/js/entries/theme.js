// Runs in <head> before the first paint, so that neither a chosen theme nor a moved splitter makes the page jump.

const root = document.documentElement;
root.classList.add("js");
try {
  const theme = localStorage.getItem("duplex:theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  for (const size of ["--lesson-size", "--editor-size"]) {
    const kept = localStorage.getItem(`duplex:${size}`);
    if (/^\d+(\.\d+)?%$/.test(kept ?? "")) root.style.setProperty(size, kept);
  }
} catch {
  // Storage is refused: the system decides, and the panes have their usual sizes.
}
