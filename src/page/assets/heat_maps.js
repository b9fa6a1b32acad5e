// SPDX-License-Identifier: Apache-2.0
// W and H as heat maps, each component by its own largest entry: how large it is as a whole is W's and H's to share.

/** `kind` is "w" (lines x components, drawn on its side) or "h" (components x lines). */
class HeatMap {
  constructor(kind) {
    this.kind = kind;
    this.canvas = byId(`${kind}-map`);
    this.reading = byId(`${kind}-reading`);
    this.maxima = new Map();
    this.cursor = null;
    this.canvas.addEventListener("pointermove", (e) => this.point(e));
    this.canvas.addEventListener("pointerdown", (e) => this.point(e));
    this.canvas.addEventListener("pointerleave", () => this.moveTo(null));
    this.canvas.addEventListener("keydown", (e) => this.key(e));
    this.canvas.addEventListener("blur", () => this.moveTo(null));
  }

  reset() {
    const { components, w, h } = model.run.display;
    const bins = this.kind === "w" ? w : h;
    this.lines = bins.bins;
    this.of = bins.of;
    this.components = components;
    this.maxima.clear();
    this.shownDark = null;
    const settings = model.run.settings;
    byId(`${this.kind}-size`).textContent = this.kind === "w"
      ? `${formatCount(this.of)} rows (→) × ${settings.rank} components (↓)`
      : `${settings.rank} components (↓) × ${formatCount(this.of)} columns (→)`;
    // Few components get tall rows, many get thin ones.
    this.canvas.style.height = `${Math.max(90, Math.min(340, components * 22))}px`;
  }

  value(snapshot, component, line) {
    return this.kind === "w" ? snapshot.w[line * this.components + component]
      : snapshot.h[component * this.lines + line];
  }

  /** The largest finite value that the map shows of each component; 0 of a dead one. */
  maximaOf(snapshot) {
    if (!this.maxima.has(snapshot)) {
      const maxima = new Float32Array(this.components);
      for (let c = 0; c < this.components; ++c) {
        for (let line = 0; line < this.lines; ++line) {
          const value = this.value(snapshot, c, line);
          if (Number.isFinite(value) && value > maxima[c]) maxima[c] = value;
        }
      }
      this.maxima.set(snapshot, maxima);
    }
    return this.maxima.get(snapshot);
  }

  draw(snapshot) {
    this.snapshot = snapshot;
    const maxima = this.maximaOf(snapshot);
    paint(this.canvas, this.components, this.lines,
      (c, line) => this.value(snapshot, c, line) / (maxima[c] || 1), 1);
    if (darkQuery.matches !== this.shownDark) {
      drawScale(byId(`${this.kind}-scale`));
      this.shownDark = darkQuery.matches;
    }
    this.tell();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const line = Math.floor(((event.clientX - box.left) / box.width) * this.lines);
    const component = Math.floor(((event.clientY - box.top) / box.height) * this.components);
    this.moveTo([component, line]);
  }

  key(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const move = moves[event.key];
    if (!move || !this.snapshot) return;
    event.preventDefault();
    event.stopPropagation();
    const [component, line] = this.cursor || [0, 0];
    this.moveTo([component + move[0], line + move[1]]);
  }

  moveTo(cursor) {
    if (!this.snapshot) return;
    this.cursor = cursor && [Math.max(0, Math.min(this.components - 1, cursor[0])),
      Math.max(0, Math.min(this.lines - 1, cursor[1]))];
    this.tell();
  }

  /** What lies under the pointer, in numbers. */
  tell() {
    if (!this.cursor) {
      this.reading.textContent = "";
      return;
    }
    const [component, line] = this.cursor;
    const first = Math.floor((line * this.of) / this.lines);
    const last = Math.floor(((line + 1) * this.of) / this.lines) - 1;
    const what = this.kind === "w" ? "row" : "column";
    const where = first >= last ? `${what} ${first + 1}` : `mean of ${what}s ${first + 1}–${last + 1}`;
    const sampled = this.kind === "w" && this.of < model.run.settings.rows ? " of the sample" : "";
    this.reading.textContent =
      `component ${component + 1}, ${where}${sampled}: ${formatNumber(this.value(this.snapshot, component, line), 5)}`;
  }
}
