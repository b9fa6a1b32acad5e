// SPDX-License-Identifier: Apache-2.0
// Rows of H as images, and rows of A beside their reconstructions.

class Images {
  constructor(redraw) {
    byId("own-scale").addEventListener("change", redraw);
  }

  reset() {
    const display = model.run.display;
    [this.high, this.wide] = display.image;
    this.canvases = this.fill(byId("images"), Array.from({ length: display.images }, (_, c) => `component ${c + 1}`), 1);
    this.pairs = this.fill(byId("pairs"), display.pairs, model.run.observed ? 2 : 1);
    byId("images-figure").hidden = display.images === 0;
    byId("pairs-block").hidden = display.pairs.length === 0 || !model.run.observed;
    byId("pairs-missing").hidden = !model.run.observed?.some(Number.isNaN);
    this.observedTop = model.run.observed ? robustTop(model.run.observed) : 0;
  }

  fill(list, names, perName) {
    const canvases = [];
    list.replaceChildren(...names.map((name) => {
      const own = Array.from({ length: perName }, (_, i) => element("canvas", {
        role: "img", ariaLabel: perName === 1 ? `Basis image of ${name}` : `${name}, ${i === 0 ? "observed" : "reconstructed"}`,
      }));
      canvases.push(own);
      return element("li", {}, ...own, element("span", { textContent: name, title: name }));
    }));
    return canvases;
  }

  draw(snapshot) {
    if (!snapshot.images || this.canvases.length === 0) return;
    const pixels = this.high * this.wide;
    const image = (values, k) => values.subarray(k * pixels, (k + 1) * pixels);
    const largest = (values) => values.reduce((a, b) => (b > a ? b : a), 0);
    const shared = byId("own-scale").checked ? null : robustTop(snapshot.images);
    this.canvases.forEach(([canvas], k) => {
      const values = image(snapshot.images, k);
      paint(canvas, this.high, this.wide, (i, j) => values[i * this.wide + j], shared ?? largest(values), tables.grey);
    });
    if (!model.run.observed) return;
    this.pairs.forEach(([observed, reconstructed], k) => {
      [[observed, image(model.run.observed, k), kNotObserved], [reconstructed, image(snapshot.pairs, k), kWrong]].forEach(
        ([canvas, values, nan]) =>
          paint(canvas, this.high, this.wide, (i, j) => values[i * this.wide + j], this.observedTop, tables.grey, nan));
    });
  }
}
