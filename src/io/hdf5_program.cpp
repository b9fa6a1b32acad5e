// SPDX-License-Identifier: Apache-2.0
// The program nonneg-hdf5, which reads one matrix of an HDF5 file for another process. libhdf5 may
// crash on a damaged file, loop without end or take memory that the file does not warrant: here it
// ends a process that has nothing else to lose. It reads no input, prints nothing and ends without
// closing the file, which is where libhdf5 may loop, too.
//
//     nonneg-hdf5 VERSION PARENT SECONDS MAX_BYTES FILE DATA_SET
//
// The answer goes to the shared memory at descriptor 3 (hdf5_reply.hpp).
#include "io/hdf5_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "io/hdf5_file.hpp"
#include "io/hdf5_matrix.hpp"
#include "io/hdf5_reply_writer.hpp"
#include "io/hdf5_watch.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// What libhdf5 and names may take besides the arrays, whose sizes are known.
std::uint64_t bytes_beside_arrays(const std::string& path) {
  constexpr std::uint64_t kLeast = std::uint64_t{128} << 20U;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;
  struct stat status {};
  const auto size =
      ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  return kLeast + std::min(size, kMost);
}

/// It ends with its caller, keeps nothing of the caller's open, and leaves no image of itself
/// behind.
bool settle_down(pid_t parent) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return false;
  (void)::prctl(PR_SET_DUMPABLE, 0);
#ifdef SYS_close_range
  (void)::syscall(SYS_close_range, kHdf5ReplyDescriptor + 1, ~0U, 0);
#endif
  return true;
}

void answer(Hdf5ReplyWriter& reply, const std::string& path, const std::string& data_set,
            std::uint64_t max_bytes) {
  // It is not closed: libhdf5 may loop without end when it is.
  const Hdf5Session session;
  auto* const file =
      new Hdf5File(path, max_bytes, [&reply](std::uint64_t bytes) { return reply.reserve(bytes); });
  reply.finish(read_contents(*file, data_set));
}

int run(char** arguments) {
  const auto max_bytes = static_cast<std::uint64_t>(std::strtoull(arguments[4], nullptr, 10));
  const std::string path = arguments[5];
  if (!settle_down(static_cast<pid_t>(std::strtol(arguments[2], nullptr, 10)))) return 1;
  try {
    start_hdf5_watch(std::strtod(arguments[3], nullptr), bytes_beside_arrays(path));
    Hdf5ReplyWriter reply(kHdf5ReplyDescriptor);
    try {
      answer(reply, path, arguments[6], max_bytes);
    } catch (const std::bad_alloc&) {
      reply.finish(
          IoError(fmt::format("{}: is damaged: reading it takes more memory than what is in "
                              "it; copy the file again",
                              path)));
    } catch (const Error& error) {
      reply.finish(error);
    }
  } catch (const std::exception&) {
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace nonneg::io

int main(int argc, char** argv) {
  using nonneg::io::kHdf5ReplyVersion;
  if (argc != nonneg::io::kHdf5Arguments ||
      std::strtoul(argv[1], nullptr, 10) != kHdf5ReplyVersion) {
    ::_exit(nonneg::io::kHdf5OtherVersion);
  }
  ::_exit(nonneg::io::run(argv));
}
