// SPDX-License-Identifier: Apache-2.0
#include "base/enumerations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nonneg/error.hpp"

namespace nonneg {

namespace {

/// The value of `field` that has this name.
template <class E>
E named(Subject field, std::string_view name) {
  if (const auto value = value_named<Enumeration<E>>(name)) return *value;
  throw InvalidArgument(field, fmt::format("{} = {}: must be one of {}", to_string(field), name,
                                           fmt::join(names_of<Enumeration<E>>(), ", ")));
}

}  // namespace

Algorithm to_algorithm(std::string_view name) { return named<Algorithm>(Subject::algorithm, name); }
Loss to_loss(std::string_view name) { return named<Loss>(Subject::loss, name); }
Missing to_missing(std::string_view name) { return named<Missing>(Subject::missing, name); }
Init to_init(std::string_view name) { return named<Init>(Subject::init, name); }
Precision to_precision(std::string_view name) { return named<Precision>(Subject::precision, name); }
BackendKind to_backend(std::string_view name) { return named<BackendKind>(Subject::backend, name); }

std::string_view to_string(Algorithm value) noexcept { return name_of(value); }
std::string_view to_string(Loss value) noexcept { return name_of(value); }
std::string_view to_string(Missing value) noexcept { return name_of(value); }
std::string_view to_string(Init value) noexcept { return name_of(value); }
std::string_view to_string(Precision value) noexcept { return name_of(value); }
std::string_view to_string(BackendKind value) noexcept { return name_of(value); }
std::string_view to_string(StopReason value) noexcept { return name_of(value); }
std::string_view to_string(Explained::By value) noexcept { return name_of(value); }
std::string_view to_string(Normalization value) noexcept { return name_of(value); }
std::string_view to_string(ComponentOrder value) noexcept { return name_of(value); }
std::string_view to_string(Subject value) noexcept { return name_of(value); }

std::string_view loss_name(double beta) noexcept {
  const Enumerator<double>* line = line_of<NamedLosses>(beta);
  return line != nullptr ? line->name : "beta";
}

}  // namespace nonneg
