// SPDX-License-Identifier: Apache-2.0
"use strict";
// What is known of the run: filled by events (src/page/page_events.hpp), read by the pictures.

/** More snapshots than this are thinned: an open page stays bounded in a long run. */
const kMostSnapshots = 240;
const kMostChecks = 20000;

const model = {
  run: null, record: null, end: null, paused: false, skipped: 0,
  checks: [], snapshots: [], thinned: false,
};

/** Little-endian float32 in base64. */
function decodeFloats(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length / 4);
  for (let i = 0; i < values.length; ++i) values[i] = view.getFloat32(4 * i, true);
  return values;
}

/** Keeps every other entry, and the last. */
function thin(list) {
  return list.filter((_, i) => i % 2 === 0 || i === list.length - 1);
}

/** Puts an entry at its iteration's place; one that is there already is replaced. */
function insertByIteration(list, entry) {
  let at = list.length;
  while (at > 0 && list[at - 1].iteration >= entry.iteration) --at;
  list.splice(at, list[at] && list[at].iteration === entry.iteration ? 1 : 0, entry);
}

function takeSnapshot(event) {
  const snapshot = {};
  for (const [name, value] of Object.entries(event)) {
    const packed = ["w", "h", "points", "arrows", "images", "pairs"].includes(name);
    snapshot[name] = packed ? decodeFloats(value) : value;
  }
  insertByIteration(model.snapshots, snapshot);
  model.skipped = Math.max(model.skipped, event.skipped || 0);
  if (model.snapshots.length > kMostSnapshots) {
    model.snapshots = thin(model.snapshots);
    model.thinned = true;
  }
}

function takeCheck(event) {
  if (event.loss === null && event.relative_error === null) return;
  insertByIteration(model.checks, event);
  if (model.checks.length > kMostChecks) model.checks = thin(model.checks);
}

/** Takes one event; false for one that it does not know. */
function applyEvent(event) {
  switch (event.kind) {
    case "run":
      Object.assign(model, { run: event, end: null, checks: [], snapshots: [], skipped: 0 });
      if (event.observed) model.run.observed = decodeFloats(event.observed);
      return true;
    case "check":
      takeCheck(event);
      return true;
    case "snapshot":
      takeSnapshot(event);
      takeCheck({ kind: "check", iteration: event.iteration, seconds: event.seconds,
        loss: event.loss, objective: event.objective, relative_error: event.relative_error });
      return true;
    case "end":
      model.end = event;
      model.skipped = Math.max(model.skipped, event.skipped || 0);
      return true;
    case "note":
      model.run?.notes.push(event.note);
      return true;
    case "record":
      model.record = event.record;
      return true;
    case "state":
      model.paused = event.paused;
      return true;
    default:
      return false;
  }
}

/** Sweeps per second over the latest checks; null while unknown. */
function sweepRate() {
  const checks = model.checks;
  if (checks.length < 2) return null;
  const last = checks[checks.length - 1];
  // At least a few checks, and some 5 seconds where there are that many.
  let i = checks.length - 2;
  while (i > 0 && (checks.length - i < 6 || last.seconds - checks[i].seconds < 5) && checks.length - i < 60) --i;
  const seconds = last.seconds - checks[i].seconds;
  return seconds > 0 ? (last.iteration - checks[i].iteration) / seconds : null;
}

/** How much the objective fell between the last two checks, as a part of it, at each check. */
function changes() {
  const result = [];
  for (let i = 1; i < model.checks.length; ++i) {
    const before = model.checks[i - 1].objective;
    const now = model.checks[i].objective;
    if (before > 0 && now !== null) {
      result.push({ iteration: model.checks[i].iteration, change: (before - now) / before });
    }
  }
  return result;
}
