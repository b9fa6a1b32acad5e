// SPDX-License-Identifier: Apache-2.0
/// A process of root's that has given up root's rights for a while.
#pragma once

#include <unistd.h>

#include <cstdlib>

namespace nonneg::test {

/// Root may read everything: a process of root's is nobody's until the end of the scope.
class AsNobody {
 public:
  AsNobody() : user_(::geteuid()) {
    constexpr uid_t kNobody = 65534;
    lowered_ = user_ == 0 && ::seteuid(kNobody) == 0;
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (lowered_ && ::seteuid(user_) != 0) {
      std::abort();
    }
  }

 private:
  uid_t user_;
  bool lowered_ = false;
};

}  // namespace nonneg::test
