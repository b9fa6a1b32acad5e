// SPDX-License-Identifier: Apache-2.0
/// The enumerations of the options and results, each in one table: what to_string() says, what the
/// command takes and lists, what files have.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "nonneg/options.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// A value, its name, and a few words on it for a help page; no words where the name says all.
template <class E>
struct Enumerator {
  E value;
  std::string_view name;
  std::string_view words{};
};

// Clang has deduced the type of an aggregate by itself since version 17 only.
template <class E>
Enumerator(E, std::string_view) -> Enumerator<E>;
template <class E>
Enumerator(E, std::string_view, std::string_view) -> Enumerator<E>;

/// The table of an enumeration: `kTable`, in the order in which a help page explains the values.
template <class E>
struct Enumeration;

template <>
struct Enumeration<Algorithm> {
  static constexpr std::array kTable{
      Enumerator{Algorithm::hals, "hals", "alternating least squares by component"},
      Enumerator{Algorithm::mu, "mu", "multiplicative updates"},
      Enumerator{Algorithm::anls, "anls", "alternating least squares, exact"},
      Enumerator{Algorithm::automatic, "auto", "hals where it can"}};
};

template <>
struct Enumeration<Missing> {
  static constexpr std::array kTable{Enumerator{Missing::none, "none"},
                                     Enumerator{Missing::nan, "nan"},
                                     Enumerator{Missing::zeros, "zeros"}};
};

template <>
struct Enumeration<Init> {
  static constexpr std::array kTable{
      Enumerator{Init::random, "random", "drawn"},
      Enumerator{Init::nndsvd, "nndsvd", "of the singular vectors of A"},
      Enumerator{Init::nndsvda, "nndsvda", "with A's mean in place of zeros"},
      Enumerator{Init::nndsvdar, "nndsvdar", "with small drawn numbers there"},
      Enumerator{Init::custom, "custom", "one or both are given"}};
};

template <>
struct Enumeration<Precision> {
  static constexpr std::array kTable{
      Enumerator{Precision::automatic, "auto",
                 "float32 where it holds A's entries, as it does counts, else float64"},
      Enumerator{Precision::float32, "float32"}, Enumerator{Precision::float64, "float64"},
      Enumerator{Precision::tf32, "tf32",
                 "float32 with A's products on a CUDA device's tensor cores"}};
};

template <>
struct Enumeration<BackendKind> {
  static constexpr std::array kTable{Enumerator{BackendKind::automatic, "auto"},
                                     Enumerator{BackendKind::cpu, "cpu"},
                                     Enumerator{BackendKind::cuda, "cuda"}};
};

template <>
struct Enumeration<StopReason> {
  static constexpr std::array kTable{
      Enumerator{StopReason::converged, "converged", "converged"},
      Enumerator{StopReason::iteration_limit, "iteration_limit", "stopped at the iteration limit"},
      Enumerator{StopReason::cancelled, "cancelled", "stopped on request"}};
};

template <>
struct Enumeration<Explained::By> {
  static constexpr std::array kTable{
      Enumerator{Explained::By::loss_rise, "loss_rise", "of the data's squares"},
      Enumerator{Explained::By::model_sum, "model_sum", "of the model's sum"}};
};

template <>
struct Enumeration<Normalization> {
  static constexpr std::array kTable{
      Enumerator{Normalization::none, "none"},  Enumerator{Normalization::h_l1, "h-l1"},
      Enumerator{Normalization::h_l2, "h-l2"},  Enumerator{Normalization::h_max, "h-max"},
      Enumerator{Normalization::w_l1, "w-l1"},  Enumerator{Normalization::w_l2, "w-l2"},
      Enumerator{Normalization::w_max, "w-max"}};
};

template <>
struct Enumeration<ComponentOrder> {
  static constexpr std::array kTable{Enumerator{ComponentOrder::none, "none"},
                                     Enumerator{ComponentOrder::explained, "explained"}};
};

template <>
struct Enumeration<Subject> {
  static constexpr std::array kTable{Enumerator{Subject::none, "none"},
                                     Enumerator{Subject::A, "A"},
                                     Enumerator{Subject::weights, "weights"},
                                     Enumerator{Subject::W0, "W0"},
                                     Enumerator{Subject::H0, "H0"},
                                     Enumerator{Subject::W, "W"},
                                     Enumerator{Subject::H, "H"},
                                     Enumerator{Subject::rank, "rank"},
                                     Enumerator{Subject::algorithm, "algorithm"},
                                     Enumerator{Subject::loss, "loss"},
                                     Enumerator{Subject::beta, "beta"},
                                     Enumerator{Subject::missing, "missing"},
                                     Enumerator{Subject::init, "init"},
                                     Enumerator{Subject::precision, "precision"},
                                     Enumerator{Subject::max_iterations, "max_iterations"},
                                     Enumerator{Subject::tolerance, "tolerance"},
                                     Enumerator{Subject::check_every, "check_every"},
                                     Enumerator{Subject::inner_repeats, "inner_repeats"},
                                     Enumerator{Subject::extrapolation, "extrapolation"},
                                     Enumerator{Subject::floor, "floor"},
                                     Enumerator{Subject::l1_w, "l1_w"},
                                     Enumerator{Subject::l1_h, "l1_h"},
                                     Enumerator{Subject::l2_w, "l2_w"},
                                     Enumerator{Subject::l2_h, "l2_h"},
                                     Enumerator{Subject::panel_rows, "panel_rows"},
                                     Enumerator{Subject::device, "device"},
                                     Enumerator{Subject::threads, "threads"},
                                     Enumerator{Subject::snapshots, "snapshots"},
                                     Enumerator{Subject::sparse_arrays, "sparse_arrays"},
                                     Enumerator{Subject::file, "file"},
                                     Enumerator{Subject::output, "output"},
                                     Enumerator{Subject::names, "names"},
                                     Enumerator{Subject::backend, "backend"},
                                     Enumerator{Subject::seed, "seed"}};
};

template <>
struct Enumeration<Loss> {
  static constexpr std::array kTable{Enumerator{Loss::frobenius, "frobenius"},
                                     Enumerator{Loss::kullback_leibler, "kl", "Kullback-Leibler"},
                                     Enumerator{Loss::itakura_saito, "is", "Itakura-Saito"}};
};

/// The β of a loss that has a name.
constexpr double beta_of(Loss loss) noexcept {
  switch (loss) {
    case Loss::kullback_leibler:
      return kKullbackLeibler;
    case Loss::itakura_saito:
      return kItakuraSaito;
    case Loss::frobenius:
      break;
  }
  return kFrobenius;
}

/// The losses that have names, by their β.
struct NamedLosses {
  static constexpr auto kTable = [] {
    constexpr auto& kLosses = Enumeration<Loss>::kTable;
    std::array<Enumerator<double>, kLosses.size()> table{};
    for (std::size_t line = 0; line < table.size(); ++line) {
      table[line] = {beta_of(kLosses[line].value), kLosses[line].name, kLosses[line].words};
    }
    return table;
  }();
};

/// The line of a table that has this value; null where none has.
template <class Table, class E>
constexpr const Enumerator<E>* line_of(E value) noexcept {
  for (const Enumerator<E>& line : Table::kTable) {
    if (line.value == value) return &line;
  }
  return nullptr;
}

/// "unknown" for what is no value of the enumeration.
template <class E>
constexpr std::string_view name_of(E value) noexcept {
  const Enumerator<E>* line = line_of<Enumeration<E>>(value);
  return line != nullptr ? line->name : "unknown";
}

/// The value of a table that has this name; nothing where none has.
template <class Table>
constexpr auto value_named(std::string_view name) noexcept
    -> std::optional<decltype(Table::kTable[0].value)> {
  for (const auto& line : Table::kTable) {
    if (line.name == name) return line.value;
  }
  return std::nullopt;
}

/// The names of a table as a command lists them: "auto" first, where there is one.
template <class Table>
std::vector<std::string_view> names_of() {
  constexpr std::string_view kAutomatic = "auto";
  std::vector<std::string_view> names;
  for (const auto& line : Table::kTable) {
    if (line.name == kAutomatic) {
      names.insert(names.begin(), line.name);
    } else {
      names.push_back(line.name);
    }
  }
  return names;
}

}  // namespace nonneg
