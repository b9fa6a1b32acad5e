// SPDX-License-Identifier: Apache-2.0
// Which devices there are, and a run on one of one's choice: ./device 0 takes cuda:0, and without
// an argument the library chooses by the size of A.
#include <cstdio>
#include <cstdlib>
#include <nonneg/nonneg.hpp>

int main(int argc, char** argv) {
  const nonneg::DeviceList found = nonneg::devices();
  for (const nonneg::DeviceInfo& device : found.devices) {
    std::printf("cuda:%d  %s, %.1f GB\n", device.index, device.name.c_str(),
                static_cast<double>(device.memory_bytes) * 1e-9);
  }
  if (found.devices.empty()) std::printf("no device: %s\n", found.reason.c_str());

  nonneg::Matrix<float> A(300, 200);
  for (nonneg::Index i = 0; i < A.rows(); ++i) {
    for (nonneg::Index j = 0; j < A.cols(); ++j) {
      A(i, j) = static_cast<float>((i % 4) * (j % 3) + (i % 5) * (j % 2));
    }
  }
  nonneg::Options options;
  options.rank = 2;
  if (argc == 2) {
    options.backend = nonneg::BackendKind::cuda;
    options.device = std::atoi(argv[1]);
  }
  try {
    // What the run would get, and why, without a run.
    const nonneg::BackendChoice choice = nonneg::choose_backend(options, A.view());
    const nonneg::Result<float> result = nonneg::factorize(A, options);
    std::printf("ran on %s (%s), relative error %.1e\n", result.backend.c_str(),
                choice.reason.c_str(), result.relative_error);
    const bool as_chosen = nonneg::to_string(choice.kind) == result.backend;
    return as_chosen && result.relative_error < 1e-2 ? 0 : 1;
  } catch (const nonneg::NotAvailable& error) {
    std::printf("%s\n", error.what());  // says what is missing
    return 1;
  }
}
