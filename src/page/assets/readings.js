// SPDX-License-Identifier: Apache-2.0
// Figures of the run: the masthead, the row of readings, the tables.

const kReasons = {
  converged: "Converged", iteration_limit: "At the iteration limit", cancelled: "Stopped on request",
  failed: "Failed",
};

/** The file's name, and what within it: of "/data/cells.h5ad:/layers/counts", "cells.h5ad" and "/layers/counts". */
function nameOf(source) {
  const at = source.lastIndexOf(":/");
  const [file, place] = at > 0 ? [source.slice(0, at), source.slice(at + 1)] : [source, ""];
  return [file.replace(/\/+$/, "").split("/").pop(), place];
}

/** What is minimised: its name, its formula, and what the relative error compares it with. */
function lossOf(s) {
  const constant = "√ of the loss / a constant's";
  if (s.beta === 2) return { name: "frobenius", formula: "½‖A − W·H‖²", relative: "‖A − W·H‖ / ‖A‖" };
  if (s.beta === 1) return { name: "kl", formula: "Kullback-Leibler", relative: constant };
  if (s.beta === 0) return { name: "is", formula: "Itakura-Saito", relative: constant };
  const beta = s.beta === null ? "" : ` = ${s.beta}`;
  return { name: `beta${beta}`, formula: `β-divergence, β${beta}`, relative: constant };
}

function drawMasthead() {
  const s = model.run.settings;
  const [source, place] = s.data_source ? nameOf(s.data_source) : ["nonneg run", ""];
  byId("title").textContent = source;
  document.title = `${source} · rank ${s.rank} · nonneg`;
  byId("edition").textContent = s.nonneg;
  byId("subtitle").textContent = [place, `${formatCount(s.rows)} × ${formatCount(s.cols)}`, `rank ${s.rank}`,
    s.algorithm, lossOf(s).name, s.precision, s.backend && `on ${s.backend}`].filter(Boolean).join(" · ");
}

/** The run's settled state, in a word for the style and in words for people. */
function stateOf(connection) {
  if (model.end) {
    const states = { converged: "done", failed: "failed" };
    return [states[model.end.stop_reason] || "unsettled", kReasons[model.end.stop_reason] || model.end.stop_reason];
  }
  if (connection === "lost") return ["lost", "Connection lost, trying again"];
  if (connection === "file") return ["lost", "Not finished when this was written"];
  if (!model.run) return ["waiting", "Waiting for the run"];
  return model.paused ? ["paused", "Paused"] : ["running", "Running"];
}

function timeLeft() {
  const s = model.run.settings;
  const last = model.checks[model.checks.length - 1];
  const rate = sweepRate();
  if (!last || !rate || !s.max_iterations) return ["–", ""];
  const most = Math.max(0, s.max_iterations - last.iteration) / rate;
  return [`≤ ${formatSeconds(most)}`, "to the iteration limit"];
}

function drawReadings(live) {
  const s = model.run.settings;
  const last = model.checks[model.checks.length - 1];
  const iteration = model.end?.iterations ?? last?.iteration;
  const rate = model.end && model.end.seconds > 0 ? model.end.iterations / model.end.seconds : sweepRate();
  const change = changes().pop();
  const loss = lossOf(s);
  const readings = [
    ["iteration", formatCount(iteration), s.max_iterations ? `of at most ${formatCount(s.max_iterations)}` : ""],
    ["relative error", formatNumber(last?.relative_error, 5), loss.relative],
    ["objective", formatNumber(last?.objective, 5), `${loss.formula} + penalties`],
    ["last change", formatNumber(change?.change, 2), "of the objective"],
    ["elapsed", formatSeconds(model.end?.seconds ?? last?.seconds), ""],
    ["rate", rate ? formatNumber(rate, 3) : "–", "sweeps / s"],
  ];
  if (live && !model.end) readings.push(["time left", ...timeLeft()]);
  readings.push(["snapshots", formatCount(model.snapshots.length),
    model.skipped > 0 ? `${formatCount(model.skipped)} skipped` : model.thinned ? "thinned for display" : "none skipped"]);
  byId("readings").replaceChildren(...readings.map(([name, value, note]) => element("div", { id: `reading-${name.replace(" ", "-")}` },
    element("dt", { textContent: name }), element("dd", {}, value, element("small", { textContent: note })))));
}

/** Options that nonneg chooses where they have these values. */
const kChosen = { inner_repeats: 0, floor: null };

/** A value of run.json in a cell. */
function cellText(value, name) {
  if (name in kChosen && value === kChosen[name]) return "chosen";
  if (value === null) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatNumber(value, 6);
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((v) => cellText(v)).join(", ");
  return String(value);
}

function table(caption, record) {
  const rows = Object.entries(record).filter(([, v]) => v === null || typeof v !== "object" || Array.isArray(v));
  return element("table", {}, element("caption", { textContent: caption }), element("tbody", {},
    ...rows.map(([name, value]) => element("tr", {}, element("th", { scope: "row", textContent: words(name) }),
      element("td", { textContent: cellText(value, name) })))));
}

/** What run.json says of each component: those of W.npy and H.npy, and where the pictures have them. */
function componentTable(components) {
  const { explained_by: by, explained_share: shares, sparseness_h: ofH, sparseness_w: ofW, places } = components;
  const names = ["component"];
  if (places) names.push("in the pictures");
  if (shares) names.push(by === "model_sum" ? "of the model's sum" : "of the data's squares");
  names.push("sparseness of H", "of W");
  const rows = ofH.map((_, c) => {
    const cells = [`${c + 1}`];
    if (places) cells.push(`${places[c] + 1}`);
    if (shares) cells.push(shares[c] === null ? "–" : `${(100 * shares[c]).toFixed(1)} %`);
    cells.push(...[ofH[c], ofW[c]].map((value) => (value === null ? "–" : value.toFixed(2))));
    return element("tr", {}, ...cells.map((text) => element("td", { textContent: text })));
  });
  return element("table", { id: "component-table" },
    element("caption", { textContent: "What each component explains" }),
    element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col", textContent: name })))),
    element("tbody", {}, ...rows));
}

function drawTables() {
  const record = model.record;
  const tables = [];
  if (record) {
    const { options, timings, input, shape, components, ...rest } = record;
    tables.push(table("Result", rest));
    if (components?.sparseness_h) tables.push(componentTable(components));
    if (options) tables.push(table("Options", options));
    if (input) tables.push(table("Input", { ...input, ...shape }));
    if (timings) tables.push(table("Timings", timings));
  } else {
    const known = Object.entries(model.run.settings).filter(([, value]) => value !== null);
    tables.push(table("Settings", Object.fromEntries(known)));
  }
  if (model.end?.files && Object.keys(model.end.files).length > 0) tables.push(table("Files", model.end.files));
  byId("tables").replaceChildren(...tables);
  const notes = [...model.run.notes];
  if (model.thinned) notes.push("This page keeps every other one of the many snapshots it was sent.");
  byId("notes").replaceChildren(...notes.map((note) => element("li", { textContent: note })));
}
