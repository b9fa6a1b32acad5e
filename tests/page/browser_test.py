# SPDX-License-Identifier: Apache-2.0
"""The report and the live page in a real browser (Chromium, through Selenium)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import programs

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None

SKIPPED = 77
WIDE, PHONE = (1280, 900), (375, 700)


def missing():
    """The packages that the tests lack."""
    needs = {"chromium": shutil.which("chromium"), "chromium-driver": shutil.which("chromedriver"),
             "python3-selenium": webdriver}
    return [package for package, found in needs.items() if not found]


class PageTest(programs.ProgramTest):
    """One browser for a class's tests, which leave it at an empty page."""

    @classmethod
    def setUpClass(cls):
        profile = tempfile.TemporaryDirectory()
        cls.addClassCleanup(profile.cleanup)
        options = Options()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage", f"--user-data-dir={profile.name}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.driver = webdriver.Chrome(options=options,
                                      service=Service(shutil.which("chromedriver")))
        cls.addClassCleanup(cls.driver.quit)

    def browser(self, address, size=WIDE, dark=False):
        self.addCleanup(self.driver.get, "about:blank")
        self.emulate(self.driver, size, dark)
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)
        self.driver.get(str(address) if str(address).startswith("http") else f"file://{address}")
        return self.driver

    @staticmethod
    def emulate(driver, size, dark):
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def wait(self, driver, condition, seconds=20):
        return WebDriverWait(driver, seconds, poll_frequency=0.05).until(condition)

    def snapshots(self, driver):
        return driver.execute_script("return model.snapshots.length")

    def pictures(self, driver):
        """What every picture that is there shows."""
        return driver.execute_script("""
            const shown = [...document.querySelectorAll("main canvas")].filter(
                (c) => c.offsetParent !== null && c.id !== "loss" && c.id !== "observed" &&
                       !c.closest(".scale") && !(c.closest(".pairs") && c.nextElementSibling?.tagName === "CANVAS"));
            return Object.fromEntries([...shown.map((c, i) => [c.id || "image" + i, c.toDataURL()]),
                ["components", document.getElementById("components").textContent],
                ["moment", document.getElementById("moment").textContent]]);""")

    def assert_all_changed(self, before, after):
        self.assertEqual(before.keys(), after.keys())
        same = [name for name in before if before[name] == after[name]]
        self.assertEqual(same, [])

    def assert_console_is_silent(self, driver):
        self.assertEqual([entry["message"] for entry in driver.get_log("browser")], [])

    def addresses(self, driver):
        """What the page asked for, data: aside."""
        asked = []
        for entry in driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        return [url for url in asked if not url.startswith(("data:", "chrome"))]

    def assert_fits(self, driver):
        wide, room = driver.execute_script(
            "return [document.documentElement.scrollWidth, window.innerWidth]")
        self.assertLessEqual(wide, room)

    def assert_legible(self, driver):
        """Every text has at least the contrast that WCAG asks of normal text, 4.5."""
        low = driver.execute_script("""
            const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(Number)
                .map((v) => (v /= 255, v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
            const paper = (e) => { for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if (!/, 0\\)$/.test(c)) return c; } return "rgb(255,255,255)"; };
            return [...document.querySelectorAll("body *")].filter((e) => e.offsetParent !== null &&
                    !e.matches(":disabled") &&
                    [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                .map((e) => { const [a, b] = [light(getComputedStyle(e).color), light(paper(e))];
                    return [e.textContent.slice(0, 30), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; })
                .filter(([, ratio]) => ratio < 4.5);""")
        self.assertEqual(low, [])


class Report(PageTest):
    def open(self, case, **options):
        folder = self.finished_run(case)
        driver = self.browser(folder / "report.html", **options)
        self.wait(driver, self.snapshots)
        self.wait(driver, lambda d: d.find_element(By.ID, "moment").text.startswith("40/40"))
        return driver

    def test_it_opens_from_disk_asks_for_nothing_and_complains_of_nothing(self):
        for case in ("plane", "images", "names"):
            with self.subTest(case=case):
                self.folder = self.folder / case
                self.folder.mkdir()
                driver = self.open(case)
                self.assertEqual(self.addresses(driver), [f"file://{self.folder}/report.html"])
                self.assert_console_is_silent(driver)

    def test_the_slider_moves_every_picture(self):
        for case in ("plane", "images", "names"):
            with self.subTest(case=case):
                self.folder = self.folder / case
                self.folder.mkdir()
                driver = self.open(case)
                last = self.pictures(driver)
                driver.find_element(By.ID, "slider").send_keys(Keys.HOME)
                self.assert_all_changed(last, self.pictures(driver))
                self.assertIn("iteration 1 ", driver.find_element(By.ID, "moment").text)

    def test_a_value_that_hardly_falls_has_marks_and_a_limit_does_not_look_like_success(self):
        table, snapshots = self.folder / "A.csv", self.folder / "snapshots"
        rows = [[str((7 * i + 3 * j * j) % 11) for j in range(12)] for i in range(9)]
        table.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        subprocess.run([programs.NONNEG, "factorize", table, "--rank", "2", "--out",
                        self.folder / "run", "--snapshots", snapshots, "--image-shape", "3,4",
                        "--max-iterations", "9", "--no-pictures", "--quiet"], check=True)
        lines = [json.loads(line) for line in (snapshots / "snapshots.jsonl").read_text().splitlines()]
        for line in lines:
            if line["kind"] in ("check", "snapshot"):
                line["relative_error"] = 0.38012 + 3e-5 / (1 + line["iteration"])
        lines[0]["data_source"] = "/data/pbmc/cells.h5ad:/layers/counts"
        (snapshots / "snapshots.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        subprocess.run([programs.NONNEG, "render", snapshots, "--format", "png", "--quiet"], check=True)
        driver = self.browser(snapshots / "report.html")
        self.wait(driver, self.snapshots)
        labels = driver.execute_script("return losses.chart.scales.y.ticks.map((t) => t.label)")
        self.assertGreaterEqual(len(labels), 3)
        self.assertEqual(len(set(labels)), len(labels), labels)
        status = driver.find_element(By.ID, "status")
        self.assertEqual(status.get_attribute("data-state"), "unsettled")
        self.assertEqual(driver.find_element(By.ID, "title").text, "cells.h5ad")
        self.assertIn("/layers/counts", driver.find_element(By.ID, "subtitle").text)
        self.assertIn("chosen", driver.find_element(By.ID, "tables").text)
        self.assertEqual(driver.find_element(By.CSS_SELECTOR, ".component h3").text, "Component 1")
        # Black is 0 in light mode, too.
        shades = driver.execute_script("""
            const canvas = document.querySelector("#images canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const values = model.snapshots.at(-1).images.subarray(0, canvas.width * canvas.height);
            return [...values].map((value, i) => [value, data[4 * i], data[4 * i + 2]]);""")
        largest = max(value for value, _, _ in shades)
        for value, red, blue in shades:
            self.assertEqual(red, blue)
            self.assertAlmostEqual(red, 255 * value / largest, delta=1)
        self.assert_console_is_silent(driver)

    def test_what_was_not_observed_is_blue_and_a_loss_has_its_name(self):
        table, snapshots = self.folder / "A.csv", self.folder / "snapshots"
        rows = [[str(1 + (7 * i + 3 * j * j) % 11) for j in range(12)] for i in range(9)]
        rows[0][5] = ""
        table.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        done = subprocess.run(
            [programs.NONNEG, "factorize", table, "--rank", "2", "--out", self.folder / "run",
             "--missing", "nan", "--loss", "kl", "--snapshots", snapshots, "--image-shape", "3,4"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        driver = self.browser(snapshots / "report.html")
        self.wait(driver, self.snapshots)
        blue = driver.execute_script("""
            const observed = document.querySelector("#pairs canvas");
            return [...observed.getContext("2d").getImageData(1, 1, 1, 1).data];""")
        self.assertEqual(blue, [60, 90, 150, 255])
        self.assertTrue(driver.find_element(By.ID, "pairs-missing").is_displayed())
        self.assertIn("kl", driver.find_element(By.ID, "subtitle").text)
        objective = driver.find_element(By.ID, "reading-objective").text
        self.assertIn("Kullback-Leibler", objective)
        self.assert_console_is_silent(driver)

    def test_components_are_told_and_shown_each_by_its_own_largest(self):
        table, snapshots = self.folder / "A.csv", self.folder / "snapshots"
        rows = [[str((7 * i + 3 * j * j) % 11 * (100 if j < 3 else 1)) for j in range(9)] for i in range(12)]
        table.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        subprocess.run(
            [programs.NONNEG, "factorize", table, "--rank", "3", "--out", self.folder / "run", "--quiet",
             "--order", "explained", "--snapshots", snapshots, "--no-pictures"], check=True)
        subprocess.run([programs.NONNEG, "render", snapshots, "--format", "png", "--quiet"], check=True)
        driver = self.browser(snapshots / "report.html")
        self.wait(driver, self.snapshots)
        told = json.loads((self.folder / "run" / "run.json").read_text(encoding="utf-8"))["components"]
        cells = driver.execute_script("""
            return [...document.querySelectorAll("#component-table tbody tr")].map(
                (row) => [...row.cells].map((cell) => cell.textContent));""")
        self.assertEqual(cells, [
            [str(c + 1), str(told["places"][c] + 1), f"{100 * told['explained_share'][c]:.1f} %",
             f"{told['sparseness_h'][c]:.2f}", f"{told['sparseness_w'][c]:.2f}"] for c in range(3)])
        # Each component has the colour of the largest, however small it is beside the others.
        brightest, colours = driver.execute_script("""
            const { width, height } = byId("h-map");
            const { data } = byId("h-map").getContext("2d").getImageData(0, 0, width, height);
            const colour = (at, bytes) => [...bytes.slice(at, at + 3)].join();
            return [colour(765, heatTable()), [...Array(height).keys()].map((c) =>
                [...Array(width).keys()].map((j) => colour(4 * (c * width + j), data)))];""")
        self.assertEqual(len(colours), 3)
        for line in colours:
            self.assertIn(brightest, line)
        self.assert_fits(driver)
        self.assert_console_is_silent(driver)

    def test_keys_move_and_play_without_a_mouse(self):
        driver = self.open("plane")
        moment = driver.find_element(By.ID, "moment")
        body = driver.find_element(By.TAG_NAME, "body")
        body.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
        self.assertTrue(moment.text.startswith("38/40"), moment.text)
        body.send_keys(Keys.HOME, " ")
        self.wait(driver, lambda d: moment.text.startswith("3/40"))
        body.send_keys(" ")
        halted = moment.text
        time.sleep(0.5)
        self.assertEqual(moment.text, halted)

    def test_tab_reaches_every_control_and_shows_where_it_is(self):
        driver = self.open("images")
        reached = []
        for _ in range(14):
            driver.switch_to.active_element.send_keys(Keys.TAB)
            reached.append(driver.execute_script(
                "const e = document.activeElement; return [e.id, getComputedStyle(e).outlineStyle]"))
        for control in ("play", "slider", "loss-value", "loss-against", "log-y", "log-x",
                        "own-scale", "h-map", "w-map"):
            self.assertIn([control, "solid"], reached)

    def test_hovering_gives_numbers(self):
        driver = self.open("names")
        ActionChains(driver).move_to_element(driver.find_element(By.ID, "loss")).perform()
        lines = self.wait(driver, lambda d: d.execute_script(
            "const t = Chart.getChart('loss').tooltip; return t.opacity > 0 && t.body[0].lines"))
        self.assertRegex(" ".join(lines), r"relative error 0\.\d+")
        h_map = driver.find_element(By.ID, "h-map")
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", h_map)
        ActionChains(driver).move_to_element(h_map).perform()
        self.assertRegex(driver.find_element(By.ID, "h-reading").text,
                         r"^component [23], column (19|20): [\d.e-]+$")

    def test_names_of_the_input_are_shown_as_they_are(self):
        driver = self.open("names")
        text = driver.find_element(By.ID, "components").text
        self.assertRegex(text, r"gène </script> \d+")
        self.assertRegex(text, r"sample <\d+>")

    def test_the_curve_may_be_seen_on_other_axes(self):
        driver = self.open("plane")
        axes = "const s = Chart.getChart('loss').options.scales; return [s.x.type, s.y.type]"
        self.assertEqual(driver.execute_script(axes), ["linear", "logarithmic"])
        driver.find_element(By.ID, "log-x").click()
        driver.find_element(By.ID, "log-y").click()
        self.assertEqual(driver.execute_script(axes), ["logarithmic", "linear"])

    def test_it_fits_a_phone_and_is_legible_by_day_and_by_night(self):
        driver = self.open("images", size=PHONE)
        for case in ("images", "plane", "names"):
            self.folder = self.folder / case
            self.folder.mkdir()
            self.finished_run(case)
            for size in (PHONE, WIDE):
                for dark in (False, True):
                    with self.subTest(case=case, size=size, dark=dark):
                        self.emulate(driver, size, dark)
                        driver.get(f"file://{self.folder}/report.html")
                        self.wait(driver, self.snapshots)
                        self.assert_fits(driver)
                        self.assert_legible(driver)

    def test_a_large_run_stays_below_20_megabytes_and_says_what_is_left_out(self):
        folder = self.finished_run("large", 150)
        self.assertLess((folder / "report.html").stat().st_size, 20_000_000)
        driver = self.browser(folder / "report.html")
        self.wait(driver, self.snapshots)
        notes = driver.find_element(By.ID, "notes").text
        self.assertRegex(notes, r"\d+ of 150 snapshots are shown")
        self.assertRegex(notes, r"W: \d+ lines show 2000 rows")


class Live(PageTest):
    def relative_error(self, driver):
        return float(driver.execute_script(
            "return document.querySelector('#reading-relative-error dd').firstChild.data"))

    def test_the_loss_falls_and_the_slider_moves_the_pictures(self):
        _, address = self.live_run("images", 400, 40, "--stream")
        driver = self.browser(address)
        self.wait(driver, lambda d: self.snapshots(d) > 3)
        first = self.relative_error(driver)
        self.wait(driver, lambda d: self.snapshots(d) > 30)
        self.assertLess(self.relative_error(driver), first)
        self.assertEqual(driver.find_element(By.ID, "status").text, "Running")
        newest = self.pictures(driver)
        driver.find_element(By.ID, "slider").send_keys(Keys.HOME)
        held = self.pictures(driver)
        self.assert_all_changed(newest, held)
        # What arrives meanwhile does not move what is looked at.
        count = self.snapshots(driver)
        self.wait(driver, lambda d: self.snapshots(d) > count + 5)
        now = self.pictures(driver)
        self.assertIn("iteration 0 ", now["moment"])
        self.assertEqual(held["components"], now["components"])
        self.assert_console_is_silent(driver)

    def test_who_opens_it_late_gets_the_history(self):
        _, address = self.live_run("plane", 100000, 20)
        early = self.browser(address)
        self.wait(early, lambda d: self.snapshots(d) > 40)
        first = early.current_window_handle
        early.switch_to.new_window("window")
        self.addCleanup(early.switch_to.window, first)
        self.addCleanup(early.close)
        early.get(address)
        self.wait(early, self.snapshots)
        self.assertEqual(early.execute_script("return model.snapshots[0].iteration"), 1)
        self.wait(early, lambda d: self.snapshots(d) > 45)

    def test_pause_and_stop_do_so_and_the_page_says_where_the_files_are(self):
        snapshots = self.folder / "snapshots"
        program, address = self.live_run("plane", 100000, 20, "--snapshots", snapshots)
        driver = self.browser(address)
        self.wait(driver, self.snapshots)
        status = driver.find_element(By.ID, "status")
        driver.find_element(By.ID, "pause").click()
        self.wait(driver, lambda d: status.text == "Paused")
        time.sleep(0.3)
        count = self.snapshots(driver)
        time.sleep(0.5)
        self.assertEqual(self.snapshots(driver), count)
        driver.find_element(By.ID, "pause").click()
        self.wait(driver, lambda d: self.snapshots(d) > count + 3)
        driver.find_element(By.ID, "stop").click()
        driver.switch_to.alert.accept()
        self.wait(driver, lambda d: status.text == "Stopped on request")
        self.assertIn(str(snapshots), driver.find_element(By.ID, "message").text)
        self.assertFalse(driver.find_element(By.ID, "stop").is_displayed())
        self.assertIsNone(program.poll())
        self.assert_console_is_silent(driver)
        driver.get("about:blank")
        self.assertEqual(program.wait(timeout=20), 0)
        last = (snapshots / "snapshots.jsonl").read_text(encoding="utf-8").splitlines()[-1]
        self.assertEqual(json.loads(last)["stop_reason"], "cancelled")

    def test_factorize_is_watched_and_stopped_and_leaves_its_files(self):
        data, run, snapshots = (self.folder / name for name in ("A.npy", "run", "snapshots"))
        programs.write_npy(data, 300, 200)
        program = self.start(programs.NONNEG, "factorize", data, "--rank", 12, "--out", run,
                             "--snapshots", snapshots, "--snapshot-seconds", 0.2, "--live",
                             "--tolerance", 0, "--max-iterations", 100000000, "--backend", "cpu")
        said = program.stderr.readline()
        self.assertTrue(said.startswith("nonneg: live at http://127.0.0.1:"), said)
        driver = self.browser(said.split()[-1])
        self.wait(driver, lambda d: self.snapshots(d) > 3)
        losses = driver.execute_script("return model.snapshots.map((s) => s.loss)")
        self.assertLess(losses[-1], losses[0])
        newest = self.pictures(driver)
        driver.find_element(By.ID, "slider").send_keys(Keys.HOME)
        self.assert_all_changed(newest, self.pictures(driver))
        driver.find_element(By.ID, "stop").click()
        driver.switch_to.alert.accept()
        status = driver.find_element(By.ID, "status")
        self.wait(driver, lambda d: status.text == "Stopped on request")
        self.assertIn(str(run), driver.find_element(By.ID, "message").text)
        self.assert_console_is_silent(driver)
        driver.get("about:blank")
        self.assertEqual(program.wait(timeout=60), 130, "as after Ctrl-C")
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        self.assertEqual(record["stop_reason"], "cancelled")
        self.assertTrue((snapshots / "report.html").exists())

    def test_it_fits_a_phone_and_is_legible_by_day_and_by_night(self):
        _, address = self.live_run("images", 100000, 50)
        driver = self.browser(address, size=PHONE)
        for dark in (False, True):
            with self.subTest(dark=dark):
                self.emulate(driver, PHONE, dark)
                self.wait(driver, lambda d: self.snapshots(d) > 3)
                self.assert_fits(driver)
                self.assert_legible(driver)

    def test_view_follows_a_directory_that_grows(self):
        snapshots = self.folder / "snapshots"
        run = self.start(programs.STREAMED_RUN, "images", 60, 60, "--snapshots", snapshots)
        deadline = time.monotonic() + 10
        while not (snapshots / "snapshots.jsonl").exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        view = self.start(programs.NONNEG, "view", snapshots)
        driver = self.browser(view.stdout.readline().strip())
        self.wait(driver, lambda d: 0 < self.snapshots(d) < 60)
        first = self.relative_error(driver)
        self.assertFalse(driver.find_element(By.ID, "stop").is_displayed())
        status = driver.find_element(By.ID, "status")
        self.wait(driver, lambda d: status.text == "At the iteration limit")
        self.assertEqual(run.wait(timeout=20), 0)
        self.assertEqual(self.snapshots(driver), 60)
        self.assertLess(self.relative_error(driver), first)
        self.assert_console_is_silent(driver)


if __name__ == "__main__":
    if missing():
        print("left out: install", " ".join(missing()))
        sys.exit(SKIPPED)
    os.environ.setdefault("SE_MANAGER_PATH", "/nonexistent")
    programs.main("__main__")
