// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void become(const fs::path& directory, const Words& command) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  // Test runners may ignore or block what the tests are about to send.
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) std::signal(s, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setenv("NONNEG", NONNEG_TEST_COMMAND, 1);
  setenv("TERM", "xterm", 1);
  // These tests are of the command: what it does must not depend on a GPU here.
  setenv("CUDA_VISIBLE_DEVICES", "-1", 1);
  if (chdir(directory.c_str()) == 0) execv(argv[0], argv.data());
  _exit(127);
}

int status_of(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Reads what there is; false at the end.
bool read_some(int file, std::string& into) {
  std::array<char, 4096> buffer{};
  const ssize_t count = read(file, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

pid_t start(const Workplace& place, const Words& command, int& out, int& error) {
  std::array<int, 2> out_pipe{};
  std::array<int, 2> error_pipe{};
  if (pipe2(out_pipe.data(), O_CLOEXEC) != 0 || pipe2(error_pipe.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe");
  }
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork");
  if (pid == 0) {
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(out_pipe[1], STDOUT_FILENO);
    dup2(error_pipe[1], STDERR_FILENO);
    become(place.path(), command);
  }
  close(out_pipe[1]);
  close(error_pipe[1]);
  out = out_pipe[0];
  error = error_pipe[0];
  return pid;
}

Outcome collect(pid_t pid, int out, int error, Outcome outcome) {
  std::array<pollfd, 2> files{{{out, POLLIN, 0}, {error, POLLIN, 0}}};
  std::array<std::string*, 2> texts{&outcome.out, &outcome.error};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (poll(files.data(), files.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      if (!read_some(files[i].fd, *texts[i])) {
        close(files[i].fd);
        files[i].fd = -1;
      }
    }
  }
  outcome.status = status_of(pid);
  return outcome;
}

Words command_line(const Words& arguments) {
  Words command{NONNEG_TEST_COMMAND};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

Workplace::Workplace() {
  std::string name = (fs::temp_directory_path() / "nonneg-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

Workplace::~Workplace() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Workplace::file(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return at(name);
}

std::vector<std::string> Workplace::entries() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Outcome run(const Workplace& place, const Words& arguments) {
  int out = -1;
  int error = -1;
  const pid_t pid = start(place, command_line(arguments), out, error);
  return collect(pid, out, error, {});
}

Outcome run_in_shell(const Workplace& place, const std::string& line) {
  int out = -1;
  int error = -1;
  const pid_t pid = start(place, {"/bin/sh", "-c", line}, out, error);
  return collect(pid, out, error, {});
}

Outcome run_on_terminal(const Workplace& place, const Words& arguments) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = 80;
  int terminal = -1;
  const Words command = command_line(arguments);
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid < 0) throw std::runtime_error("forkpty");
  if (pid == 0) become(place.path(), command);
  Outcome outcome;
  while (read_some(terminal, outcome.out)) {
  }
  close(terminal);
  outcome.status = status_of(pid);
  return outcome;
}

Running::Running(const Workplace& place, const Words& arguments)
    : pid_(start(place, command_line(arguments), out_, error_)) {}

Running::~Running() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  wait();
}

void Running::signal(int signal) const { kill(pid_, signal); }

bool Running::wait_for_progress() {
  while (outcome_.error.find('\n') == std::string::npos) {
    if (!read_some(error_, outcome_.error)) return false;
  }
  return true;
}

Outcome Running::wait() {
  const pid_t pid = pid_;
  pid_ = -1;
  return collect(pid, out_, error_, outcome_);
}

std::string npy_bytes(const std::string& type, std::int64_t rows, std::int64_t cols,
                      const std::string& data, bool fortran_order) {
  std::string text = "{'descr': '" + type +
                     "', 'fortran_order': " + (fortran_order ? "True" : "False") + ", 'shape': (" +
                     std::to_string(rows) + ", " + std::to_string(cols) + "), }";
  text.append(117 - text.size(), ' ');
  text += '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text + data;
}

std::string random_npy(std::int64_t rows, std::int64_t cols) {
  std::vector<float> entries(static_cast<std::size_t>(rows * cols));
  std::uint32_t state = 12345;
  for (float& entry : entries) {
    state = state * 1664525U + 1013904223U;
    entry = static_cast<float>(state >> 8U) / 16777216.0F;
  }
  return npy("<f4", rows, cols, entries);
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

nlohmann::json read_json(const fs::path& path) { return nlohmann::json::parse(read_text(path)); }

}  // namespace nonneg::test
