// SPDX-License-Identifier: Apache-2.0
// Data in the plane: observed points, their reconstructions, and the rows of H as arrows.

class Points {
  constructor() {
    for (const id of ["observed", "reconstructed"]) {
      byId(id).addEventListener("pointermove", (e) => this.point(e, id));
      byId(id).addEventListener("pointerleave", () => { byId("points-reading").textContent = ""; });
    }
  }

  reset() {
    this.count = model.run.display.points;
    byId("points-figure").hidden = this.count === 0;
    byId("observed").parentElement.hidden = !model.run.observed;
  }

  /** The same axes on both sides and for all snapshots. */
  limits(snapshot) {
    const largest = [0, 0];
    const take = (values) => {
      for (let i = 0; i < values.length; ++i) largest[i % 2] = Math.max(largest[i % 2], values[i] || 0);
    };
    if (model.run.observed) take(model.run.observed);
    else take(snapshot.points);
    return largest.map((x) => (x > 0 ? x * 1.08 : 1));
  }

  draw(snapshot) {
    if (this.count === 0 || !snapshot.points) return;
    this.snapshot = snapshot;
    this.axes = this.limits(snapshot);
    if (model.run.observed) this.drawOne("observed", model.run.observed, null);
    this.drawOne("reconstructed", snapshot.points, snapshot.arrows);
  }

  drawOne(id, values, arrows) {
    const canvas = byId(id);
    const width = canvas.clientWidth;
    if (width === 0) return;
    const height = Math.round(Math.min(width * 0.72, 420));
    const context = fitted(canvas, width, height);
    this.box = { left: 40, top: 8, width: width - 50, height: height - 34 };
    const place = (x, y) => [this.box.left + (x / this.axes[0]) * this.box.width,
      this.box.top + (1 - y / this.axes[1]) * this.box.height];
    this.drawAxes(context, place);
    context.save();
    context.beginPath();
    context.rect(this.box.left, this.box.top, this.box.width + 6, this.box.height);
    context.clip();
    const colours = model.run.observed || values;
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < colours.length; i += 2) {
      if (colours[i] < low) low = colours[i];
      if (colours[i] > high) high = colours[i];
    }
    const radius = this.count > 400 ? 2.5 : 4.5;
    context.strokeStyle = cssColour("--ink");
    context.lineWidth = 0.8;
    for (let i = 0; i < this.count; ++i) {
      const [x, y] = place(values[2 * i], values[2 * i + 1]);
      context.fillStyle = Number.isNaN(colours[2 * i]) ? `rgb(${kNotObserved})`
        : spectrumColour(high > low ? (colours[2 * i] - low) / (high - low) : 0.5);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    if (arrows) this.drawArrows(context, place, arrows);
    context.restore();
  }

  drawAxes(context, place) {
    const { left, top, width, height } = this.box;
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = cssColour("--soft");
    context.strokeStyle = cssColour("--line");
    context.lineWidth = 1;
    context.textAlign = "center";
    for (const t of ticks(0, this.axes[0], 5)) {
      const x = Math.round(place(t, 0)[0]) + 0.5;
      context.strokeRect(x, top, 0, height);
      context.fillText(formatNumber(t, 3), x, top + height + 17);
    }
    context.textAlign = "right";
    for (const t of ticks(0, this.axes[1], 4)) {
      const y = Math.round(place(0, t)[1]) + 0.5;
      context.strokeRect(left, y, width, 0);
      context.fillText(formatNumber(t, 3), left - 7, y + 4);
    }
    context.strokeStyle = cssColour("--soft");
    context.strokeRect(left + 0.5, top + 0.5, width, height);
  }

  drawArrows(context, place, arrows) {
    const origin = place(0, 0);
    const ink = cssColour("--ink");
    for (let c = 0; c < arrows.length / 2; ++c) {
      const tip = place(arrows[2 * c], arrows[2 * c + 1]);
      const angle = Math.atan2(tip[1] - origin[1], tip[0] - origin[0]);
      if (Math.hypot(tip[0] - origin[0], tip[1] - origin[1]) < 2) continue;
      context.strokeStyle = context.fillStyle = ink;
      context.lineWidth = 2.2;
      context.beginPath();
      context.moveTo(...origin);
      context.lineTo(tip[0] - 8 * Math.cos(angle), tip[1] - 8 * Math.sin(angle));
      context.stroke();
      context.beginPath();
      context.moveTo(...tip);
      for (const side of [0.4, -0.4]) {
        context.lineTo(tip[0] - 12 * Math.cos(angle + side), tip[1] - 12 * Math.sin(angle + side));
      }
      context.fill();
    }
  }

  /** The nearest point's numbers. */
  point(event, id) {
    if (!this.snapshot) return;
    const box = byId(id).getBoundingClientRect();
    const values = id === "observed" ? model.run.observed : this.snapshot.points;
    const at = [event.clientX - box.left, event.clientY - box.top];
    let best = -1, nearest = 20 ** 2;
    for (let i = 0; i < this.count; ++i) {
      const x = this.box.left + (values[2 * i] / this.axes[0]) * this.box.width;
      const y = this.box.top + (1 - values[2 * i + 1] / this.axes[1]) * this.box.height;
      const distance = (x - at[0]) ** 2 + (y - at[1]) ** 2;
      if (distance < nearest) [best, nearest] = [i, distance];
    }
    const pair = (v) => `(${formatNumber(v[2 * best], 4)}, ${formatNumber(v[2 * best + 1], 4)})`;
    byId("points-reading").textContent = best < 0 ? ""
      : `point ${best + 1}: ${model.run.observed ? `observed ${pair(model.run.observed)}, ` : ""}W·H ${pair(this.snapshot.points)}`;
  }
}
