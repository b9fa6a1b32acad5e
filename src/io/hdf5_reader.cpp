// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_reader.hpp"

#include <utility>

#include "io/hdf5_contents.hpp"
#include "io/hdf5_program.hpp"
#include "io/hdf5_reply.hpp"

namespace nonneg::io {

Hdf5Matrix read_hdf5(const std::string& path, const std::string& data_set, std::uint64_t max_bytes,
                     double seconds) {
  Hdf5Answer answer =
      run_hdf5_program(find_hdf5_program(path), {path, data_set, max_bytes, seconds});
  Hdf5Contents contents = contents_of(answer.memory, path, answer.unfinished);
  Hdf5Matrix read;
  read.data_set = contents.data_set;
  read.offset = contents.place_in_file;
  const bool dense = contents.form == Hdf5Contents::Form::dense;
  read.matrix = matrix_of(std::move(contents), path);
  if (dense) read.matrix.shared = std::move(answer.memory);
  return read;
}

}  // namespace nonneg::io
