// SPDX-License-Identifier: Apache-2.0
// Feeds the model, from the list in the page or from the server, and draws what has changed.

const embedded = JSON.parse(byId("events").textContent);
const live = embedded === null;
let connection = live ? "waiting" : "file";

const losses = new LossChart();
const heatMaps = [new HeatMap("h"), new HeatMap("w")];
const images = new Images(() => { if (transport.chosen) images.draw(transport.chosen); });
const points = new Points();
const components = new Components();
const transport = new Transport(live, showSnapshot);

function showSnapshot(snapshot) {
  for (const map of heatMaps) map.draw(snapshot);
  points.draw(snapshot);
  images.draw(snapshot);
  components.draw(snapshot);
  losses.mark(snapshot);
}

function drawStatus() {
  const [state, text] = stateOf(connection);
  byId("status").dataset.state = state;
  byId("status").textContent = text;
  byId("pause").textContent = model.paused ? "Resume" : "Pause";
  const over = model.end !== null || connection === "lost" || !model.run;
  byId("pause").disabled = byId("stop").disabled = over;
  const end = model.end;
  if (end) {
    byId("pause").hidden = byId("stop").hidden = true;
    const files = end.files && Object.values(end.files).filter((v) => typeof v === "string");
    const where = files && files.length > 0 ? `Files: ${files.join(", ")}` : "";
    const text = [end.message, where].filter(Boolean).join(" — ");
    byId("message").hidden = text === "";
    byId("message").textContent = text;
    byId("message").classList.toggle("plain", end.stop_reason !== "failed");
  }
}

/** What has to be drawn again at the next frame. */
const stale = { run: false, checks: false, snapshots: false, facts: false };
let scheduled = false;

function drawStale() {
  scheduled = false;
  const now = { ...stale };
  Object.assign(stale, { run: false, checks: false, snapshots: false, facts: false });
  drawStatus();
  if (!model.run) return;
  if (now.run) {
    drawMasthead();
    for (const view of [...heatMaps, images, points]) view.reset();
    if (live && model.run.controls) byId("pause").hidden = byId("stop").hidden = model.end !== null;
  }
  if (now.run || now.facts) drawTables();
  if (now.snapshots) transport.update();
  if (now.checks || now.run) losses.update();
  drawReadings(live);
}

function take(event) {
  if (!applyEvent(event)) return;
  if (event.kind === "run") stale.run = true;
  if (event.kind === "check") stale.checks = true;
  if (event.kind === "snapshot") stale.checks = stale.snapshots = true;
  if (["end", "record", "note"].includes(event.kind)) stale.facts = true;
  if (!scheduled) {
    scheduled = true;
    // A page in the background gets no animation frames, and is drawn when it is looked at.
    requestAnimationFrame(drawStale);
  }
}

function complain(text) {
  byId("message").hidden = false;
  byId("message").textContent = text;
}

async function ask(what) {
  try {
    const answer = await fetch(what, { method: "POST" });
    if (!answer.ok) complain(`The run did not take the request to ${what} (status ${answer.status}).`);
  } catch {
    complain(`The request to ${what} did not reach the run.`);
  }
}

function connect() {
  const source = new EventSource("events");
  source.onopen = () => {
    connection = "open";
    drawStatus();
  };
  source.onmessage = (message) => take(JSON.parse(message.data));
  source.onerror = () => {
    connection = "lost";
    // After the end the server goes, and there is nothing to wait for.
    if (model.end) source.close();
    else if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    drawStatus();
  };
}

byId("pause").addEventListener("click", () => ask(model.paused ? "resume" : "pause"));
byId("stop").addEventListener("click", () => {
  if (window.confirm("Stop the run? The factors reached so far are kept.")) ask("stop");
});

function redrawAll() {
  losses.rebuild();
  if (transport.chosen) showSnapshot(transport.chosen);
}
darkQuery.addEventListener("change", redrawAll);
let resizing = null;
window.addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { if (transport.chosen) points.draw(transport.chosen); }, 120);
});

if (live) {
  drawStatus();
  connect();
} else {
  embedded.forEach(take);
}
