// SPDX-License-Identifier: Apache-2.0
// The largest rows and columns of each component, by name where the input had names.

const kComponentsAtFirst = 24;

class Components {
  constructor() {
    this.all = false;
    this.more = element("button", { type: "button", className: "more", hidden: true });
    this.more.addEventListener("click", () => {
      this.all = true;
      if (this.snapshot) this.draw(this.snapshot);
    });
    byId("components").after(this.more);
  }

  /** Largest first; `entries` are [index, value, name or nothing]. */
  list(title, kind, entries) {
    const largest = entries.length > 0 ? entries[0][1] : 0;
    const items = entries.map(([index, value, name]) => {
      const bar = element("i");
      bar.style.width = `${largest > 0 ? (100 * value) / largest : 0}%`;
      const label = name === undefined ? `${kind} ${index + 1}` : name;
      return element("li", { title: name === undefined ? label : `${name} (${kind} ${index + 1})` },
        bar, element("span", { textContent: label }), element("b", { textContent: formatNumber(value, 3) }));
    });
    if (items.length === 0) items.push(element("li", {}, element("span", { textContent: "all zero", className: "quiet" })));
    return element("div", {}, element("h4", { textContent: title }), element("ol", {}, ...items));
  }

  draw(snapshot) {
    this.snapshot = snapshot;
    const { rows, columns } = snapshot.top;
    const count = this.all ? rows.length : Math.min(rows.length, kComponentsAtFirst);
    const made = [];
    for (let c = 0; c < count; ++c) {
      made.push(element("div", { className: "component" },
        element("h3", { textContent: `Component ${c + 1}` }),
        element("div", { className: "lists" },
          this.list("made of", "column", columns[c]), this.list("found in", "row", rows[c]))));
    }
    byId("components").replaceChildren(...made);
    this.more.hidden = count === rows.length;
    this.more.textContent = `Show all ${rows.length} components`;
  }
}
