// SPDX-License-Identifier: Apache-2.0
#include "render/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "base/error_words.hpp"
#include "io/file_descriptor.hpp"
#include "nonneg/error.hpp"

namespace nonneg::render {
namespace {

using io::FileDescriptor;

struct Pipe {
  FileDescriptor reader;
  FileDescriptor writer;
};

[[noreturn]] void fail(std::string_view what, int error) {
  throw NotAvailable(fmt::format("gnuplot: {}: {}", what, error_words(error)));
}

Pipe make_pipe() {
  std::array<int, 2> files{};
  if (::pipe2(files.data(), O_CLOEXEC) != 0) fail("cannot make a pipe to it", errno);
  return {FileDescriptor(files[0]), FileDescriptor(files[1])};
}

/// Owns what tells posix_spawn about the child's files and signals.
class Spawn {
 public:
  Spawn() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    // What the command ignores and blocks, gnuplot must not; what was ignored before, it ignores
    // too.
    sigset_t none;
    sigset_t ignored;
    ::sigemptyset(&none);
    ::sigemptyset(&ignored);
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaddset(&ignored, signal);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &ignored);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void connect(const FileDescriptor& end, int as) {
    ::posix_spawn_file_actions_adddup2(&actions_, end.get(), as);
  }

  pid_t run() {
    std::string program = "gnuplot";
    std::string defaults = "--default-settings";
    std::array<char*, 3> arguments{program.data(), defaults.data(), nullptr};
    pid_t child = -1;
    const int error =
        ::posix_spawnp(&child, program.c_str(), &actions_, &attributes_, arguments.data(), environ);
    if (error == ENOENT) {
      throw NotAvailable(
          "gnuplot was not found, and it draws the pictures; install it (Debian: apt-get install "
          "gnuplot-nox)");
    }
    if (error != 0) fail("cannot be started", error);
    return child;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Reads what there is; closes the end when there will be no more.
void read_some(FileDescriptor& end, std::string& into) {
  constexpr std::size_t kBlock = std::size_t{1} << 16U;
  std::array<char, kBlock> block{};
  const ssize_t count = ::read(end.get(), block.data(), block.size());
  if (count > 0) into.append(block.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) (void)end.close();
}

/// Writes what the pipe takes; closes it after the last byte, or where gnuplot has left.
void write_some(FileDescriptor& end, std::string_view& rest) {
  const ssize_t count = ::write(end.get(), rest.data(), rest.size());
  if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  if (rest.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) (void)end.close();
}

/// gnuplot's lines, without the carets that point into the script.
std::string words_of(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.front() == ' ' || line.front() == '^')) line.remove_prefix(1);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    if (line.empty() || line.starts_with("gnuplot>")) continue;
    if (!words.empty()) words += "; ";
    words += line;
  }
  constexpr std::size_t kLongest = 400;
  return words.empty() ? "it said nothing" : words.substr(0, kLongest);
}

}  // namespace

std::string run_gnuplot(const std::string& script) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe errors = make_pipe();
  Spawn spawn;
  spawn.connect(in.reader, STDIN_FILENO);
  spawn.connect(out.writer, STDOUT_FILENO);
  spawn.connect(errors.writer, STDERR_FILENO);
  const pid_t child = spawn.run();
  (void)in.reader.close();
  (void)out.writer.close();
  (void)errors.writer.close();
  // Never stuck in a write while gnuplot is stuck in one of its own.
  ::fcntl(in.writer.get(), F_SETFL, O_NONBLOCK);

  std::string drawn;
  std::string said;
  std::string_view rest = script;
  while (in.writer.get() >= 0 || out.reader.get() >= 0 || errors.reader.get() >= 0) {
    std::array<pollfd, 3> files{{{in.writer.get(), POLLOUT, 0},
                                 {out.reader.get(), POLLIN, 0},
                                 {errors.reader.get(), POLLIN, 0}}};
    if (::poll(files.data(), files.size(), -1) < 0) continue;
    if (files[0].revents != 0) write_some(in.writer, rest);
    if (files[1].revents != 0) read_some(out.reader, drawn);
    if (files[2].revents != 0) read_some(errors.reader, said);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw NotAvailable(fmt::format("gnuplot was ended by signal {}", WTERMSIG(status)));
  }
  if (status != 0 || drawn.empty()) {
    throw NotAvailable("gnuplot could not draw the picture: " + words_of(said));
  }
  return drawn;
}

}  // namespace nonneg::render
