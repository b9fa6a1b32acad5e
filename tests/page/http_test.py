# SPDX-License-Identifier: Apache-2.0
"""The live page's server by its HTTP: who gets nothing, and what a bad viewer costs."""

import http.client
import json
import socket
import threading
import time
import unittest
import urllib.parse

import programs


def ask(address, method="GET", path=None, headers=None):
    """Status, headers and body of one request; `path` goes out as it is."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.putrequest(method, parts.path if path is None else path,
                              skip_host=headers is not None and "Host" in headers)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def raw(address, data=b""):
    """A connection that has sent `data`."""
    parts = urllib.parse.urlsplit(address)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
    connection.sendall(data)
    return connection


def event_request(address):
    parts = urllib.parse.urlsplit(address)
    return (f"GET {parts.path}events HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n").encode()


class Events:
    """A viewer: reads events until one of a kind has come."""

    def __init__(self, address, last_event_id=None):
        parts = urllib.parse.urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        self.connection.request("GET", parts.path + "events", headers=headers)
        # The answer takes the socket over.
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()

    def until(self, kind):
        events = []
        for line in self.answer:
            if line.startswith(b"data: "):
                events.append(json.loads(line[6:]))
                if events[-1]["kind"] == kind:
                    return events
        raise AssertionError(f"the stream ended without an event of kind {kind}")

    def close(self):
        self.answer.close()
        self.socket.close()


class Guards(programs.ProgramTest):
    def setUp(self):
        super().setUp()
        self.program, self.address = self.live_run("plane", 100000, 20)
        self.port = urllib.parse.urlsplit(self.address).port
        self.token = urllib.parse.urlsplit(self.address).path.strip("/")

    def assert_nothing(self, answer, status):
        self.assertEqual(answer[0], status)
        self.assertEqual(answer[2], b"")

    def test_the_page_has_a_policy_that_allows_only_its_own_scripts(self):
        status, headers, body = ask(self.address)
        self.assertEqual(status, 200)
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIn(b"<title>nonneg</title>", body)

    def test_two_answers_do_not_share_a_nonce(self):
        policies = {ask(self.address)[1]["Content-Security-Policy"] for _ in range(2)}
        self.assertEqual(len(policies), 2)

    def test_without_the_token_nothing_is_there(self):
        wrong = "0" * 32
        for path in ("/", "/events", "/" + self.token, f"/{wrong}/", f"/{wrong}/events",
                     f"/{self.token[:-1]}/", f"/{self.token}0/", f"//{self.token}/"):
            with self.subTest(path=path):
                self.assert_nothing(ask(self.address, path=path), 404)
        self.assert_nothing(ask(self.address, "POST", f"/{wrong}/stop"), 404)
        self.assertIsNone(self.program.poll())

    def test_no_path_leads_to_files(self):
        for path in ("/../../etc/passwd", f"/{self.token}/../../../../etc/passwd",
                     f"/{self.token}/..%2f..%2fetc/passwd", f"/{self.token}/%2e%2e/etc/passwd"):
            with self.subTest(path=path):
                self.assert_nothing(ask(self.address, path=path), 404)

    def test_another_name_for_this_machine_gets_nothing(self):
        for host in ("evil.example", f"evil.example:{self.port}", "127.0.0.1.evil.example",
                     "localhost.evil.example:80", "[evil", ""):
            with self.subTest(host=host):
                self.assert_nothing(ask(self.address, headers={"Host": host}), 403)

    def test_the_port_of_a_tunnel_is_welcome(self):
        for host in ("localhost:9999", "127.0.0.1:1", "[::1]:9999", "LOCALHOST"):
            with self.subTest(host=host):
                self.assertEqual(ask(self.address, headers={"Host": host})[0], 200)

    def test_a_button_of_another_site_does_nothing(self):
        answer = ask(self.address, "POST", f"/{self.token}/stop", {"Origin": "http://evil.example"})
        self.assert_nothing(answer, 403)
        time.sleep(0.3)
        self.assertIsNone(self.program.poll())

    def test_buttons_are_not_pressed_by_a_look(self):
        self.assert_nothing(ask(self.address, "GET", f"/{self.token}/stop"), 404)
        time.sleep(0.3)
        self.assertIsNone(self.program.poll())

    def test_stop_ends_the_run(self):
        self.assertEqual(ask(self.address, "POST", f"/{self.token}/stop")[0], 204)
        self.assertEqual(self.program.wait(timeout=20), 0)
        self.assertIn("cancelled", self.program.stdout.read())

    def test_pause_holds_the_run_and_resume_lets_it_go_on(self):
        self.assertEqual(ask(self.address, "POST", f"/{self.token}/pause")[0], 204)
        time.sleep(0.3)
        viewer = Events(self.address)
        self.addCleanup(viewer.close)
        seen = viewer.until("state")
        self.assertTrue(seen[-1]["paused"])
        # The sweep under way ends first; then nothing comes.
        viewer.socket.settimeout(1)
        later = []
        with self.assertRaises(OSError):
            while True:
                later += viewer.until("check")
        self.assertLessEqual(sum(e["kind"] == "check" for e in later), 1)
        reached = max(e["iteration"] for e in seen + later if e["kind"] == "check")
        self.assertEqual(ask(self.address, "POST", f"/{self.token}/resume")[0], 204)
        resumed = Events(self.address)
        self.addCleanup(resumed.close)
        while resumed.until("check")[-1]["iteration"] <= reached + 1:
            pass

    def test_a_stop_reaches_a_paused_run(self):
        ask(self.address, "POST", f"/{self.token}/pause")
        ask(self.address, "POST", f"/{self.token}/stop")
        self.assertEqual(self.program.wait(timeout=20), 0)


class Viewers(programs.ProgramTest):
    def test_a_late_viewer_gets_the_history_in_order(self):
        _, address = self.live_run("plane", 30, 0, "--linger", 30)
        time.sleep(0.5)
        viewer = Events(address)
        self.addCleanup(viewer.close)
        events = viewer.until("end")
        self.assertEqual(events[0]["kind"], "run")
        snapshots = [e["iteration"] for e in events if e["kind"] == "snapshot"]
        self.assertEqual(snapshots, list(range(1, 31)))

    def test_a_streaming_solver_shows_the_first_factors_and_the_last(self):
        program, address = self.live_run("images", 60, 20, "--stream", "--linger", 30)
        viewer = Events(address)
        self.addCleanup(viewer.close)
        events = viewer.until("end")
        snapshots = [e for e in events if e["kind"] == "snapshot"]
        self.assertEqual(snapshots[0]["iteration"], 0)
        self.assertEqual(snapshots[-1]["iteration"], 60)
        self.assertLess(snapshots[-1]["loss"], 0.5 * snapshots[0]["loss"])
        self.assertIsNone(program.poll())

    def test_stop_ends_a_streaming_solver_with_its_last_factors(self):
        snapshots = self.folder / "snapshots"
        program, address = self.live_run("images", 100000, 10, "--stream", "--snapshots", snapshots)
        time.sleep(0.5)
        self.assertEqual(ask(address + "stop", "POST")[0], 204)
        self.assertEqual(program.wait(timeout=20), 0)
        lines = [json.loads(line) for line in
                 (snapshots / "snapshots.jsonl").read_text(encoding="utf-8").splitlines()]
        self.assertEqual(lines[-1]["stop_reason"], "cancelled")
        last = [line for line in lines if line["kind"] == "snapshot"][-1]
        self.assertEqual(last["iteration"], lines[-1]["iterations"])

    def test_a_viewer_that_comes_again_goes_on_where_it_was(self):
        _, address = self.live_run("plane", 30, 0, "--linger", 30)
        time.sleep(0.5)
        # 1 is the run; then a check and a snapshot for each iteration.
        viewer = Events(address, last_event_id=41)
        self.addCleanup(viewer.close)
        snapshots = [e["iteration"] for e in viewer.until("end") if e["kind"] == "snapshot"]
        self.assertEqual(snapshots, list(range(21, 31)))

    def test_stalled_viewers_hold_up_neither_the_run_nor_the_others(self):
        # 60 snapshots of 340 kB: far more than a connection's buffers take.
        program, address = self.live_run("large", 60, 0, "--linger", 60)
        stalled = [raw(address, event_request(address)) for _ in range(8)]
        self.addCleanup(lambda: [s.close() for s in stalled])
        viewer = Events(address)
        self.addCleanup(viewer.close)
        events = viewer.until("end")
        self.assertEqual(events[-1]["iterations"], 60)
        self.assertIsNone(program.poll())

    def test_rubbish_and_early_leavers_do_no_harm(self):
        program, address = self.live_run("large", 30, 0, "--linger", 60)
        # There from the start: with the run over, the last viewer to leave ends the program.
        viewer = Events(address)
        self.addCleanup(viewer.close)
        events = []
        reader = threading.Thread(target=lambda: events.extend(viewer.until("end")))
        reader.start()
        kept = []
        for k in range(40):
            raw(address, b"\x00\xff\x16\x03 rubbish \r\n\r\n" * 50).close()
            raw(address, b"GET /" + b"a" * 20000).close()
            raw(address, event_request(address)).close()
            if k % 4 == 0:
                kept.append(raw(address, b"GET / HT"))
        self.addCleanup(lambda: [s.close() for s in kept])
        reader.join()
        self.assertEqual(events[-1]["iterations"], 30)
        self.assertIsNone(program.poll())

    def test_a_request_that_drags_on_does_not_keep_the_run_from_ending(self):
        program, address = self.live_run("plane", 20, 20)
        slow = raw(address, b"GET / HTTP/1.1\r\n")
        self.addCleanup(slow.close)
        start = time.monotonic()
        while program.poll() is None and time.monotonic() - start < 15:
            slow.sendall(b"a: b\r\n")
            time.sleep(0.2)
        self.assertEqual(program.poll(), 0)

    def test_more_viewers_than_there_is_room_for_are_refused(self):
        _, address = self.live_run("plane", 100000, 50)
        viewers = [Events(address) for _ in range(24)]
        self.addCleanup(lambda: [v.close() for v in viewers])
        self.assertEqual({v.answer.status for v in viewers}, {200})
        self.assertEqual(ask(address + "events")[0], 503)

    def test_the_page_goes_when_the_last_viewer_goes(self):
        program, address = self.live_run("plane", 40, 20)
        viewer = Events(address)
        viewer.until("end")
        time.sleep(0.5)
        self.assertIsNone(program.poll())
        viewer.close()
        self.assertEqual(program.wait(timeout=20), 0)

    def test_a_run_that_nobody_looks_at_ends(self):
        program, _ = self.live_run("plane", 10, 0)
        self.assertEqual(program.wait(timeout=10), 0)

    def test_lingering_ends_in_time(self):
        start = time.monotonic()
        program, address = self.live_run("plane", 2, 0, "--linger", 2)
        viewer = Events(address)
        self.addCleanup(viewer.close)
        self.assertEqual(program.wait(timeout=15), 0)
        self.assertGreater(time.monotonic() - start, 1.8)


class Ports(programs.ProgramTest):
    def setUp(self):
        super().setUp()
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.taken.close)
        self.port = self.taken.getsockname()[1]

    def test_a_port_in_use_is_named(self):
        program = self.start(programs.STREAMED_RUN, "plane", 1, 0, "--live", "--port", self.port)
        self.assertEqual(program.wait(timeout=10), 2)
        self.assertIn(f"port {self.port} of 127.0.0.1 is in use", program.stderr.read())

    def test_two_runs_do_not_share_a_port(self):
        _, first = self.live_run("plane", 100000, 50)
        _, second = self.live_run("plane", 100000, 50)
        self.assertNotEqual(urllib.parse.urlsplit(first).port, urllib.parse.urlsplit(second).port)

    def test_view_says_what_it_cannot_serve(self):
        self.finished_run("plane", 3)
        snapshots = self.folder / "snapshots"
        for words, message in (
                ((snapshots, "--port", self.port), f"port {self.port} of 127.0.0.1 is in use"),
                ((snapshots, "--port", "70000"), "--port 70000: must be from 1 to 65535"),
                ((snapshots, "--host", "203.0.113.7"), "cannot listen at 203.0.113.7"),
                ((self.folder / "nothing",), "nothing")):
            with self.subTest(words=words):
                program = self.start(programs.NONNEG, "view", *words)
                self.assertIn(program.wait(timeout=10), (2, 6))
                self.assertIn(message, program.stderr.read())


if __name__ == "__main__":
    programs.main("__main__")
