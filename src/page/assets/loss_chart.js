// SPDX-License-Identifier: Apache-2.0
// The loss curve, drawn by Chart.js.

/** A line at the snapshot that the pictures show. */
const momentLine = {
  id: "moment",
  afterDatasetsDraw(chart) {
    const x = chart.$moment;
    if (x === null || x === undefined) return;
    const at = chart.scales.x.getPixelForValue(x);
    const { top, bottom, left, right } = chart.chartArea;
    if (!(at >= left - 1 && at <= right + 1)) return;
    const context = chart.ctx;
    context.save();
    context.strokeStyle = cssColour("--accent");
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(at, top);
    context.lineTo(at, bottom);
    context.stroke();
    context.restore();
  },
};

class LossChart {
  constructor() {
    this.against = byId("loss-against");
    this.value = byId("loss-value");
    this.logX = byId("log-x");
    this.logY = byId("log-y");
    for (const control of [this.against, this.value, this.logX, this.logY]) {
      control.addEventListener("change", () => this.rebuild());
    }
    this.chart = null;
  }

  /** On a logarithmic axis there is no 0: such points are left out. */
  data() {
    const x = this.against.value, y = this.value.value;
    return model.checks
      .filter((c) => c[y] !== null && (!this.logX.checked || c[x] > 0) && (!this.logY.checked || c[y] > 0))
      .map((c) => ({ x: c[x], y: c[y], check: c }));
  }

  /** Of a logarithmic axis: its ends, and which of its marks have numbers. */
  logRange(values) {
    const low = Math.min(...values), high = Math.max(...values);
    if (!(low > 0) || !(high > low)) return { shows: () => true };
    const decades = Math.log10(high / low);
    // Round ones only: the ends of the axis get no numbers of their own.
    const leading = decades < 0.7 ? /^\d(\.\d)?e/ : decades < 3 ? /^[125]e/ : /^1e/;
    const pad = (high / low) ** 0.04;
    return { min: low / pad, max: high * pad, shows: (v) => leading.test(Number(v.toPrecision(9)).toExponential()) };
  }

  /** Few enough round marks between the ends of an axis: where a logarithmic one has hardly any, as of a value that
   *  falls by little, those of a linear one. */
  marks(axis, range) {
    const round = axis.ticks.filter((t) => range.shows(t.value) && t.value >= axis.min && t.value <= axis.max);
    if (round.length > 2 || !(axis.max > axis.min)) return round;
    return ticks(axis.min, axis.max, 5).map((value) => ({ value }));
  }

  /** Digits that tell a mark from its neighbours. */
  digits(marks) {
    const values = marks.map((t) => Math.abs(t.value)).sort((a, b) => a - b);
    const steps = values.slice(1).map((v, i) => v - values[i]).filter((step) => step > 0);
    if (steps.length === 0) return 3;
    const needed = Math.ceil(Math.log10(values[values.length - 1] / Math.min(...steps))) + 1;
    return Math.max(3, Math.min(12, values[0] > 0 && values[values.length - 1] > 2 * values[0] ? 3 : needed));
  }

  axis(log, title, vertical, values) {
    const soft = cssColour("--soft");
    const range = log ? this.logRange(values) : {};
    return {
      type: log ? "logarithmic" : "linear",
      min: vertical ? range.min : undefined,
      max: vertical ? range.max : undefined,
      title: { display: !vertical, text: title, color: soft },
      grid: { color: cssColour("--line"), drawBorder: false, tickLength: 4 },
      ticks: {
        color: soft, maxRotation: 0, autoSkipPadding: 14, maxTicksLimit: vertical ? 7 : undefined,
        callback: (value, _, marks) => formatNumber(value, this.digits(marks)),
      },
      afterBuildTicks: (axis) => {
        if (log) axis.ticks = this.marks(axis, range);
      },
    };
  }

  scales() {
    const data = this.data();
    return {
      x: this.axis(this.logX.checked, this.against.value === "seconds" ? "seconds" : "iteration", false, data.map((d) => d.x)),
      y: this.axis(this.logY.checked, words(this.value.value), true, data.map((d) => d.y)),
    };
  }

  rebuild() {
    if (this.chart) this.chart.destroy();
    const accent = cssColour("--accent");
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
    Chart.defaults.font = { ...Chart.defaults.font, ...font };
    this.chart = new Chart(byId("loss"), {
      type: "line",
      plugins: [momentLine],
      data: {
        datasets: [{
          data: this.data(), borderColor: accent, backgroundColor: accent, borderWidth: 1.6,
          pointRadius: 0, pointHoverRadius: 4, pointHitRadius: 8, tension: 0,
        }],
      },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, parsing: false,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: this.scales(),
        plugins: {
          legend: { display: false },
          decimation: { enabled: !this.logX.checked, algorithm: "lttb", samples: 1500 },
          tooltip: {
            displayColors: false, backgroundColor: cssColour("--ink"), titleColor: cssColour("--sheet"),
            bodyColor: cssColour("--sheet"), cornerRadius: 3,
            callbacks: {
              title: (items) => `iteration ${formatCount(items[0].raw.check?.iteration ?? items[0].parsed.x)}`,
              label: (item) => {
                const check = item.raw.check;
                if (!check) return formatNumber(item.parsed.y, 6);
                return [`after ${formatSeconds(check.seconds)}`,
                  `relative error ${formatNumber(check.relative_error, 6)}`,
                  `objective ${formatNumber(check.objective, 6)}`, `loss ${formatNumber(check.loss, 6)}`];
              },
            },
          },
        },
      },
    });
    this.mark(this.shown);
  }

  update() {
    if (!this.chart) {
      this.rebuild();
      return;
    }
    this.chart.data.datasets[0].data = this.data();
    this.chart.options.scales = this.scales();
    this.chart.data.datasets[0].pointRadius = model.checks.length < 3 ? 3 : 0;
    this.mark(this.shown);
  }

  mark(snapshot) {
    this.shown = snapshot;
    if (!this.chart) return;
    this.chart.$moment = snapshot ? snapshot[this.against.value] : null;
    this.chart.update("none");
    const last = model.checks[model.checks.length - 1];
    if (last) {
      byId("loss").setAttribute("aria-label", `Loss against ${this.against.value}: relative error ` +
        `${formatNumber(last.relative_error)} at iteration ${last.iteration}`);
    }
  }
}
