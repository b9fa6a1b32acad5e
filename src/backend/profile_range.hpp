/// Names a stretch of work for profilers, while it lives.
#pragma once

#include "backend/backend.hpp"

namespace nonneg {

template <class T>
class Range {
 public:
  Range(Backend<T>& backend, const char* name) : backend_(backend) { backend_.begin_range(name); }
  ~Range() { backend_.end_range(); }
  Range(const Range&) = delete;
  Range& operator=(const Range&) = delete;

 private:
  Backend<T>& backend_;
};

}  // namespace nonneg
