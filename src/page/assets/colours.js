// SPDX-License-Identifier: Apache-2.0
// Colours: zero is the paper, large values are ink, in light as in dark.

const kRampLight = ["#fcfcf7", "#cfe6d9", "#7fbfb9", "#33899f", "#1f5583", "#1a2a5c", "#120f2d"];
const kRampDark = ["#14181c", "#1b3550", "#1f5f78", "#2f9089", "#73bd84", "#c9df88", "#fdf9d0"];
/** For points by their place along x: violet to red, as a rainbow's. */
const kSpectrum = ["#5b2a86", "#3b5fc0", "#1f9bb8", "#3fae6a", "#b7b93a", "#e79b2e", "#d1422f"];

const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** 256 colours, three bytes each, between the stops. */
function tableOf(stops) {
  const parsed = stops.map((s) => [1, 3, 5].map((i) => parseInt(s.slice(i, i + 2), 16)));
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; ++i) {
    const at = (i / 255) * (parsed.length - 1);
    const left = Math.min(Math.floor(at), parsed.length - 2);
    for (let c = 0; c < 3; ++c) {
      table[3 * i + c] = Math.round(parsed[left][c] + (at - left) * (parsed[left + 1][c] - parsed[left][c]));
    }
  }
  return table;
}

const tables = {
  light: tableOf(kRampLight), dark: tableOf(kRampDark), spectrum: tableOf(kSpectrum),
  /** Of photographs, in light as in dark: 0 is black. */
  grey: tableOf(["#000000", "#ffffff"]),
};

function heatTable() {
  return darkQuery.matches ? tables.dark : tables.light;
}

function spectrumColour(part) {
  const i = 3 * Math.max(0, Math.min(255, Math.round(part * 255)));
  const t = tables.spectrum;
  return `rgb(${t[i]} ${t[i + 1]} ${t[i + 2]})`;
}

/** Of NaN: in a factor something went wrong; in A nobody observed the entry. */
const kWrong = [220, 40, 30];
const kNotObserved = [60, 90, 150];

/** Paints values (rows x columns) one pixel each; `top` is the colour table's end. */
function paint(canvas, rows, columns, valueAt, top, table = heatTable(), nan = kWrong) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  for (let i = 0; i < rows; ++i) {
    for (let j = 0; j < columns; ++j) {
      const value = valueAt(i, j);
      const at = 4 * (i * columns + j);
      const part = top > 0 ? Math.max(0, Math.min(255, Math.round((value / top) * 255))) : 0;
      const bad = Number.isNaN(value);
      for (let c = 0; c < 3; ++c) picture.data[at + c] = bad ? nan[c] : table[3 * part + c];
      picture.data[at + 3] = 255;
    }
  }
  context.putImageData(picture, 0, 0);
}

/** The value below which all but one in 200 lie: a few outliers do not wash the picture out. */
function robustTop(values) {
  const sorted = Float32Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return 0;
  const top = sorted[Math.floor(0.995 * (sorted.length - 1))];
  return top > 0 ? top : sorted[sorted.length - 1];
}

/** From 0 to what is largest in its component. */
function drawScale(place) {
  const canvas = element("canvas", { width: 120, height: 1 });
  paint(canvas, 1, 120, (_, j) => j / 119, 1);
  place.replaceChildren("0", canvas, "the component's largest");
}
