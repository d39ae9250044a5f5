// Runs in <head> before the first paint, so that a chosen theme never flashes. Without a choice the system decides.

const chosen = (() => {
  try {
    return localStorage.getItem("duplex:theme");
  } catch {
    return null; // storage is refused: follow the system
  }
})();
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
document.documentElement.classList.add("js");
