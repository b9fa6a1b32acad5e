// SPDX-License-Identifier: Apache-2.0
/// Names a stretch of work for profilers, while it lives.
#pragma once

#include "backend/backend.hpp"

namespace nonneg {

template <class T>
class ProfileRange {
 public:
  ProfileRange(Backend<T>& backend, const char* name) : backend_(backend) {
    backend_.begin_range(name);
  }
  ~ProfileRange() { backend_.end_range(); }
  ProfileRange(const ProfileRange&) = delete;
  ProfileRange& operator=(const ProfileRange&) = delete;

 private:
  Backend<T>& backend_;
};

}  // namespace nonneg
