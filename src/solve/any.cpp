// SPDX-License-Identifier: Apache-2.0
#include "nonneg/any.hpp"

#include "nonneg/precision.hpp"

namespace nonneg {

AnyResult factorize_any(const DataView& A, const Options& given, std::stop_token stop,
                        const CheckCallback& on_check) {
  Options options = given;
  options.precision = choose_precision(A, given).precision;
  if (options.precision == Precision::float64) {
    return factorize<double>(A, options, std::move(stop), on_check);
  }
  return factorize<float>(A, options, std::move(stop), on_check);
}

AnyResult factorize_any(const DataView& A, const Options& options, const AnyResult& former,
                        std::stop_token stop, const CheckCallback& on_check) {
  return former.visit([&]<class T>(const Result<T>& result) -> AnyResult {
    return factorize<T>(A, options, start_from(result), std::move(stop), on_check);
  });
}

}  // namespace nonneg
