// SPDX-License-Identifier: Apache-2.0
// Finds and runs the program that reads HDF5 files.
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "base/error_words.hpp"
#include "io/hdf5_program.hpp"
#include "io/hdf5_reply.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

/// Where the build puts the program below its prefix, and where it is installed by its own choice.
constexpr const char* kInPrefix = NONNEG_LIBEXECDIR "/nonneg";
constexpr const char* kInstalled = NONNEG_FULL_LIBEXECDIR "/nonneg";

/// The file that this code lies in: libnonneg.so, or the program that holds it.
fs::path own_file() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&find_hdf5_program), &info) == 0 ||
      info.dli_fname == nullptr) {
    return {};
  }
  std::error_code error;
  fs::path own = fs::canonical(info.dli_fname, error);
  // A program's own name may be a word that a shell looked up.
  return error ? fs::canonical("/proc/self/exe", error) : own;
}

/// Whether nobody but root and the owner of `own` can have put the program there: one of the
/// folders looked in may be everybody's, as /tmp is.
bool may_be_run(const fs::path& program, const fs::path& own) {
  struct stat it {};
  struct stat self {};
  if (::stat(program.c_str(), &it) != 0 || ::stat(own.c_str(), &self) != 0) return false;
  return S_ISREG(it.st_mode) && (it.st_uid == 0 || it.st_uid == self.st_uid) &&
         (it.st_mode & S_IWOTH) == 0;
}

/// What posix_spawn is told: nothing to read or to print on, the shared memory, and signals as they
/// are at a program's start, but for an interrupt from the terminal, which is its caller's to
/// answer.
class SpawnSettings {
 public:
  explicit SpawnSettings(int shared) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, shared, kHdf5ReplyDescriptor);
    for (const int stream : {0, 1, 2}) {
      posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null",
                                       stream == 0 ? O_RDONLY : O_WRONLY, 0);
    }
    sigset_t signals;
    posix_spawnattr_init(&attributes_);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Returns how a process ended; nothing where somebody else has asked, or nobody is told: where the
/// caller ignores SIGCHLD.
std::optional<int> wait_for(pid_t process) {
  int status = 0;
  for (;;) {
    if (::waitpid(process, &status, 0) == process) return status;
    if (errno != EINTR) return std::nullopt;
  }
}

std::string words_of_end(const Hdf5Request& request, const std::optional<int>& status) {
  constexpr std::string_view kAgain = "copy the file again";
  if (!status) {
    return fmt::format("{}: is damaged: libhdf5 came to no end with it; {}", request.path, kAgain);
  }
  if (!WIFSIGNALED(*status)) {
    return fmt::format("{}: cannot be read: {} ended with status {}", request.path, kHdf5Program,
                       WEXITSTATUS(*status));
  }
  const int signal = WTERMSIG(*status);
  switch (signal) {
    case SIGPROF:
      return fmt::format(
          "{}: is damaged: libhdf5 loops on it without end (no progress in {:g} s of "
          "computing); {}",
          request.path, request.seconds, kAgain);
    case SIGALRM:
      return fmt::format("{}: cannot be read: its disk gave nothing for 10 minutes", request.path);
    case SIGSEGV:
    case SIGBUS:
    case SIGABRT:
    case SIGFPE:
    case SIGILL:
      return fmt::format("{}: is damaged: libhdf5 crashes on it ({}); {}", request.path,
                         ::strsignal(signal), kAgain);
    default:
      return fmt::format(
          "{}: cannot be read: {} was ended from outside ({}), perhaps for want of "
          "memory; try again",
          request.path, kHdf5Program, ::strsignal(signal));
  }
}

}  // namespace

std::string find_hdf5_program(const std::string& name) {
  // Below the folder of this code and the three above it, then where it was to be installed.
  constexpr int kFolders = 4;
  const fs::path own = own_file();
  std::vector<std::string> looked;
  fs::path folder = own.parent_path();
  for (int i = 0; i < kFolders && !folder.empty(); ++i) {
    looked.push_back((folder / kInPrefix).string());
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  if (fs::path(kInstalled).is_absolute()) looked.emplace_back(kInstalled);
  for (const std::string& place : looked) {
    fs::path program = fs::path(place) / kHdf5Program;
    if (may_be_run(program, own)) return program.string();
  }
  throw NotAvailable(fmt::format(
      "{}: HDF5 files are read by the program {}, which is not in {}; install nonneg anew, or save "
      "the matrix as .npz or .npy",
      name, kHdf5Program, fmt::join(looked, ", ")));
}

Hdf5Answer run_hdf5_program(const std::string& program, const Hdf5Request& request) {
  const FileDescriptor shared = make_shared_memory(request.path);
  std::array<std::string, kHdf5Arguments> words{kHdf5Program,
                                                std::to_string(kHdf5ReplyVersion),
                                                std::to_string(::getpid()),
                                                std::to_string(request.seconds),
                                                std::to_string(request.max_bytes),
                                                request.path,
                                                request.data_set};
  std::array<char*, kHdf5Arguments + 1> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const SpawnSettings settings(shared.get());
  pid_t process = 0;
  const int error = ::posix_spawn(&process, program.c_str(), settings.actions(),
                                  settings.attributes(), arguments.data(), environ);
  if (error != 0) {
    throw NotAvailable(fmt::format("{}: cannot start {}, which reads HDF5 files: {}", request.path,
                                   program, error_words(error)));
  }
  const std::optional<int> status = wait_for(process);
  if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == kHdf5OtherVersion) {
    throw NotAvailable(
        fmt::format("{}: {}, which reads HDF5 files, belongs to another version of "
                    "nonneg; install nonneg anew",
                    request.path, program));
  }
  Hdf5Answer answer;
  answer.unfinished = words_of_end(request, status);
  struct stat file {};
  if (::fstat(shared.get(), &file) == 0 && file.st_size > 0) {
    answer.memory = MemoryMapping(shared.get(), 0, static_cast<std::uint64_t>(file.st_size), false);
  }
  return answer;
}

}  // namespace nonneg::io
