// What pytest-html leaves unsaid to those who cannot see the page.
document.documentElement.lang = "en";
for (const box of document.querySelectorAll("input.filter")) box.ariaLabel = `Show ${box.dataset.testResult}`;
addEventListener("load", () => {
  // Lists that hold lists instead of items.
  for (const list of document.querySelectorAll("#environment ul > ul")) {
    if (!list.children.length) { list.remove(); continue; }
    const item = document.createElement("li");
    list.replaceWith(item);
    item.append(list);
  }
});
