// A region that scrolls can be reached with the Tab key; one that shows everything is not a stop on the way.

export function stopAtScrolling(regions) {
  const observer = new ResizeObserver((changes) => {
    for (const { target } of changes) update(target.closest(".scroll"));
  });
  for (const region of regions) {
    observer.observe(region);
    observer.observe(region.querySelector("table"));
  }
}

function update(region) {
  const scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
  if (scrolls) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
}
