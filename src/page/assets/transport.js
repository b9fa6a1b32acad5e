// SPDX-License-Identifier: Apache-2.0
// The slider over the snapshots: by mouse, by keyboard, or playing.

const kFrameMilliseconds = 200;

class Transport {
  /** `show(snapshot)` draws; called when another snapshot is chosen. */
  constructor(live, show) {
    this.show = show;
    this.slider = byId("slider");
    this.play = byId("play");
    this.follow = byId("follow");
    this.timer = null;
    this.chosen = null;
    byId("follow-label").hidden = !live;
    this.follow.checked = true;
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    this.play.addEventListener("click", () => (this.timer ? this.stop() : this.start()));
    this.follow.addEventListener("change", () => { if (this.follow.checked) this.toNewest(); });
    document.addEventListener("keydown", (e) => this.key(e));
  }

  key(event) {
    const own = event.target === this.slider;
    const busy = /^(INPUT|SELECT|BUTTON|TEXTAREA)$/.test(event.target.tagName) && !own;
    if (busy || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") {
      event.preventDefault();
      this.play.click();
      return;
    }
    if (own) return;
    const last = model.snapshots.length - 1;
    const at = Number(this.slider.value);
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (target === undefined || last < 0) return;
    event.preventDefault();
    this.choose(Math.max(0, Math.min(last, target)));
  }

  /** The viewer chose: what arrives later no longer moves the pictures, unless at the end. */
  choose(index) {
    this.stop();
    this.follow.checked = index === model.snapshots.length - 1;
    this.moveTo(index);
  }

  moveTo(index) {
    const snapshot = model.snapshots[index];
    if (!snapshot) return;
    this.chosen = snapshot;
    this.slider.value = index;
    const text = `${index + 1}/${model.snapshots.length}  iteration ${snapshot.iteration}  ${formatSeconds(snapshot.seconds)}`;
    byId("moment").textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
    this.show(snapshot);
  }

  toNewest() {
    this.stop();
    this.moveTo(model.snapshots.length - 1);
  }

  start() {
    const last = model.snapshots.length - 1;
    if (last < 1) return;
    if (Number(this.slider.value) >= last) this.moveTo(0);
    this.follow.checked = false;
    this.timer = setInterval(() => {
      const next = Number(this.slider.value) + 1;
      if (next >= model.snapshots.length) this.stop();
      else this.moveTo(next);
    }, kFrameMilliseconds);
    this.label();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.label();
  }

  label() {
    this.play.textContent = this.timer ? "❚❚" : "▶";
    this.play.setAttribute("aria-label", this.timer ? "Halt the snapshots" : "Play the snapshots");
  }

  /** Snapshots were added or thinned. */
  update() {
    const last = model.snapshots.length - 1;
    this.slider.max = Math.max(0, last);
    this.slider.disabled = last < 1;
    this.play.disabled = last < 1;
    if (last < 0) return;
    if (this.follow.checked && !this.timer) {
      this.moveTo(last);
      return;
    }
    let index = model.snapshots.indexOf(this.chosen);
    if (index < 0) index = Math.min(Number(this.slider.value), last);
    this.moveTo(index);
  }
}
